"""What is drawn is run as BPMN says, or refused here with the element, the reason and what to draw instead."""

from engine.processes.gate.checking import gate

__all__ = ["gate"]
