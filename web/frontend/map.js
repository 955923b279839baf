// Leaflet, self-hosted, without the flag in its credit line.
import L from "leaflet";
import "leaflet/dist/leaflet.css";

L.Control.Attribution.prototype.options.prefix = false;
window.L = L;
