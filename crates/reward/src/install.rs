//! Bringing models here: from a folder, or from an address that the user gave.
