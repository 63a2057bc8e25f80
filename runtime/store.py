"""Finished artefacts by fingerprint: written whole or not at all, shared by all runs of a project.

Private ones lie apart, in folders that only their owner can open.
"""

from __future__ import annotations

import contextlib
import fcntl
import hmac
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from synthc.runtime.errors import InputError, OutsideFault


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """The folder `.synth` of a project."""

    root: Path

    def folder(self, fingerprint: str, *, private: bool) -> Path:
        """Return where an artefact is, or will be."""
        return self._part("store", private=private) / fingerprint

    def has(self, fingerprint: str, *, private: bool) -> bool:
        """Tell whether an artefact is finished."""
        return self.folder(fingerprint, private=private).is_dir()

    def remove(self, fingerprint: str, *, private: bool) -> None:
        """Remove an artefact."""
        shutil.rmtree(self.folder(fingerprint, private=private))

    def scratch(self, fingerprint: str, *, private: bool, fresh: bool = False) -> Path:
        """Return the folder for checkpoints of an unfinished artefact, emptied if it is to be made afresh."""
        folder = self._part("scratch", private=private) / fingerprint
        if fresh:
            self.forget(folder)
        return _made(folder, private=private)

    def left(self, fingerprint: str) -> Path:
        """Return where a mechanism that is not finished left what it goes on from, if it did."""
        return self.root / "private" / "scratch" / fingerprint

    def remember(self, files: Sequence[tuple[str, Path]], prints: Sequence[str]) -> None:
        """Note the hashes of private files with their sizes and times, by which they are known again without being opened."""
        known = self._known_files()
        known.update({str(path.resolve()): [*_stat(path), print_] for (_, path), print_ in zip(files, prints, strict=True)})
        place = self._part("hashes", private=True) / "files.json"
        waiting = place.with_name(f"files.{os.getpid()}")
        waiting.write_text(json.dumps(known), encoding="utf-8")
        waiting.replace(place)

    def remembered(self, files: Sequence[tuple[str, Path]], *, trusting: bool = False) -> list[Any]:
        """Return the names and hashes of private files that are as they were when they were read last, or are trusted to be.

        Raises:
            InputError: one is not, or was never read.
        """
        known = self._known_files()
        found = []
        for name, path in files:
            *stat, print_ = known.get(str(path.resolve()), [None])
            if stat != _stat(path) and not (trusting and stat):
                raise InputError("a private file is new, or not as it was")
            found.append([name, print_])
        return found

    def may_have_read(self, files: Sequence[tuple[str, Path]]) -> bool:
        """Tell whether private files may have been read before, as they are now or otherwise."""
        known = self._known_files()
        return any(str(path.resolve()) in known for _, path in files) if known else (self.root / "private" / "store").is_dir()

    def _known_files(self) -> dict[str, list[Any]]:
        try:
            found: dict[str, list[Any]] = json.loads((self.root / "private" / "hashes" / "files.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found

    def forget(self, scratch: Path) -> None:
        """Remove the checkpoints of an artefact that is finished."""
        shutil.rmtree(scratch, ignore_errors=True)

    @contextlib.contextmanager
    def writing(self, fingerprint: str, *, private: bool) -> Iterator[Path]:
        """Give an empty folder that becomes the artefact when the block ends without an error."""
        final = self.folder(fingerprint, private=private)
        waiting = final.with_name(f"{fingerprint}.writing")
        shutil.rmtree(waiting, ignore_errors=True)
        _made(waiting, private=private)
        try:
            yield waiting
        except BaseException:
            shutil.rmtree(waiting, ignore_errors=True)
            raise
        _sync(waiting)
        if final.exists():  # `--fresh`: what is there makes way
            shutil.rmtree(final)
        waiting.rename(final)
        sync_folder(final.parent)

    @contextlib.contextmanager
    def lock(self, name: str, *, busy: str | None = None) -> Iterator[None]:
        """Wait until no other process works at the same, or say `busy`; a dead one holds nothing."""
        folder = _made(self.root / "locks", private=False)
        with (folder / name).open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | (fcntl.LOCK_NB if busy else 0))
            except BlockingIOError:
                raise OutsideFault(str(busy)) from None
            yield

    def key(self) -> bytes:
        """Return the secret of this project, by which private inputs and user ids are hashed."""
        path = self.root / "key"
        if not path.exists():
            _made(self.root, private=False)
            # Linked when it is whole: a half-written key would be a guessable one.
            waiting = path.with_name(f"key.{secrets.token_hex(8)}")
            waiting.touch(mode=0o600)
            waiting.write_text(secrets.token_hex(32))
            with waiting.open("rb") as file:
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):
                path.hardlink_to(waiting)
            waiting.unlink()
        return path.read_bytes()

    def hash_file(self, path: Path, *, private: bool) -> str:
        """Return a hash of a file's bytes, keyed if it is private."""
        found = hmac.new(self.key(), digestmod="sha256") if private else blake2b(digest_size=16)
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                found.update(block)
        return found.hexdigest()[:32]

    def _part(self, name: str, *, private: bool) -> Path:
        if private:
            _made(self.root / "private", private=True)
            return _made(self.root / "private" / name, private=True)
        return _made(self.root / name, private=False)


def _stat(path: Path) -> list[int]:
    found = path.stat()
    return [found.st_size, found.st_mtime_ns, found.st_ino]


def _made(folder: Path, *, private: bool) -> Path:
    folder.mkdir(mode=0o700 if private else 0o777, parents=True, exist_ok=True)
    if private:
        folder.chmod(0o700)
    return folder


def _sync(folder: Path) -> None:
    """Bring every file of a folder to the disk before its name is given."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
        else:
            sync_folder(path)
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Bring the names of a folder's files to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
