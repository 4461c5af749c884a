"""Prints the public API of the installed package, one line a name."""

import enum
import inspect
import re
import typing

import privity.age
import privity.audit
import privity.envelope
import privity.keys
import privity.sharing


def signature(value: object) -> str:
    shown = str(inspect.signature(value))
    # A default that the generated code puts in later has no text of its own.
    shown = re.sub(r"<object object at 0x[0-9a-f]+>", "...", shown)
    return shown.replace("privity._native.privity.", "").replace("_native.", "")


def private(kind: type) -> bool:
    return kind.__name__.startswith("_")


def members(kind: type) -> typing.Iterator[str]:
    # What stands in a private base is as public as what stands here.
    own = {}
    for base in reversed(kind.__mro__):
        if base is kind or private(base):
            own.update(vars(base))
    for name, value in sorted(own.items()):
        value = getattr(value, "__func__", value)
        if name == "__init__" and "inner" in inspect.signature(value).parameters:
            # Made by other calls alone.
            continue
        if name.startswith("_") and name not in ("__init__", "__len__", "__enter__"):
            continue
        if isinstance(value, property):
            yield f"{name}: {signature(value.fget).partition('-> ')[2]}"
        elif isinstance(value, type):
            yield f"class {name}{signature(value.__init__)}"
        elif callable(value):
            yield f"def {name}{signature(value)}"
    if issubclass(kind, enum.Enum):
        yield from (member.name for member in kind)
    for name, shown in typing.get_type_hints(kind).items() if issubclass(kind, (Exception, tuple)) else ():
        yield f"{name}: {getattr(shown, '__name__', shown)}"


for module in (privity, privity.age, privity.audit, privity.envelope, privity.keys, privity.sharing):
    print(f"# {module.__name__}")
    for name in sorted(module.__all__):
        value = getattr(module, name)
        if inspect.isclass(value):
            bases = [base.__name__ for base in value.__bases__ if base is not object and not private(base)]
            print(f"class {name}({', '.join(bases)})")
            for line in members(value):
                print(f"    {line}")
        elif inspect.isfunction(value):
            print(f"def {name}{signature(value)}")
        else:
            print(f"{name} = {value}".replace("privity._native.privity.", ""))
