"""The whole place in one file, and a place made from such a file."""

from engine.backups.archive import BackupBroken, BackupRunning, FileExists
from engine.backups.making import Made, Manifest, NothingToKeep, make_backup
from engine.backups.restoring import BackupTooNew, OtherKey, PlaceInUse, PlaceNotEmpty, restore_backup

__all__ = [
    "BackupBroken",
    "BackupRunning",
    "BackupTooNew",
    "FileExists",
    "Made",
    "Manifest",
    "NothingToKeep",
    "OtherKey",
    "PlaceInUse",
    "PlaceNotEmpty",
    "make_backup",
    "restore_backup",
]
