"""By which code and with which parameters a product was computed, from when on."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from noroshi.kinds import kind, note


@kind("node.method", en="Method of a product", ja="算出方法", layer="reports")
class ProductMethod(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How this node computes a product. Results recorded while this holds were made so."""

    product: Annotated[str, note("プロダクト", "name of the capability, field/name")]
    version: Annotated[str, note("バージョン", "version of the software")]
    code: Annotated[str, note("コード", "SHA-256 of the capability's code, its first 16 digits")]
    params: Annotated[dict[str, Any], note("パラメータ", "every parameter with its value")] = {}
