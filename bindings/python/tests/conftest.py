from __future__ import annotations

from pathlib import Path
from typing import Callable

import pytest

from privity import Guard, Matter, NewFirm, Storage, Vault


@pytest.fixture
def storage(tmp_path: Path) -> Callable[..., Storage]:
    """The firm's storage, as this device or another one sees it."""
    return lambda device="device": Storage(tmp_path / "shared", tmp_path / device)


@pytest.fixture
def vault(storage: Callable[..., Storage]) -> Vault:
    new = NewFirm(firm="Firm", user="Ada")
    return Vault.create(storage(), new, device=Guard("device"), root=Guard("root")).vault


@pytest.fixture
def matter(vault: Vault) -> Matter:
    return vault.open_matter("Matter")
