"""The whole place in one file, and a place made from such a file."""

from engine.backups.archive import BackupBroken, BackupRunning, FileExists
from engine.backups.keeping import (
    BackupWanted,
    NoBackupFolder,
    NoRoomForBackup,
    Plan,
    ask_for_one,
    find_last,
    hour_before,
    keep,
    list_backups,
    note_drill,
    plan,
    use_place,
)
from engine.backups.making import Made, Manifest, NothingToKeep, make_backup
from engine.backups.models import Backup
from engine.backups.restoring import BackupTooNew, OtherKey, PlaceInUse, PlaceNotEmpty, restore_backup

__all__ = [
    "Backup",
    "BackupBroken",
    "BackupRunning",
    "BackupTooNew",
    "BackupWanted",
    "FileExists",
    "Made",
    "Manifest",
    "NoBackupFolder",
    "NoRoomForBackup",
    "NothingToKeep",
    "OtherKey",
    "PlaceInUse",
    "PlaceNotEmpty",
    "Plan",
    "ask_for_one",
    "find_last",
    "hour_before",
    "keep",
    "list_backups",
    "make_backup",
    "note_drill",
    "plan",
    "restore_backup",
    "use_place",
]
