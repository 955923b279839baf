"""The commands of `wangge`, a file each; a module's `command` is what runs."""
