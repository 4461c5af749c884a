# Shared by the scripts of bindings/: sourced, never run.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
TARGET=${CARGO_TARGET_DIR:-$ROOT/target}
# Which build of the library the packages are made from: release, or dev to see more and wait less.
PROFILE=${PROFILE:-release}

say() { printf '\n== %s\n' "$*"; }
die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

# need_debian COMMAND PACKAGE...: the packages, if the command is not there; as root on Debian only.
need_debian() {
    local command=$1; shift
    command -v "$command" >/dev/null && return
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null ||
        die "needs $command: install it, or run as root on Debian"
    say "apt-get install $*"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# The folder cargo puts this profile's files in.
built() { case $PROFILE in dev) echo "$TARGET/debug" ;; *) echo "$TARGET/$PROFILE" ;; esac; }

# The library the bindings call, with its metadata for the generator. Always with -p: a build of
# the whole workspace would unify the generator's features into the library.
build_ffi() { (cd "$ROOT" && cargo build --quiet --locked --profile "$PROFILE" -p privity-ffi); }

library() {
    case $(uname -s) in
        Darwin) echo "$(built)/libprivity_ffi.dylib" ;;
        *) echo "$(built)/libprivity_ffi.so" ;;
    esac
}

# A library that writes real keys to a file, for tests that search for them; says where it is. It is
# built in a folder of its own, so that nothing that is shipped can be taken from there.
canary_library() {
    (cd "$ROOT" && CARGO_TARGET_DIR=$TARGET/canary \
        cargo build --quiet --locked -p privity-ffi --features canary) >&2
    TARGET=$TARGET/canary PROFILE=dev library
}

# shipped TO: the library as packages carry it. Debug information goes; symbols stay, the calls need
# them.
shipped() {
    cp "$(library)" "$1"
    case $(uname -s) in Linux) strip --strip-debug "$1" ;; esac
}

# stock_recipient FOLDER: a key of stock age's in a story's folder, for the share that `age` opens afterwards.
stock_recipient() {
    need_debian age age
    mkdir -p "$1"
    rm -f "$1/stock-key.txt"
    age-keygen -o "$1/stock-key.txt" 2>/dev/null
    age-keygen -y "$1/stock-key.txt" >"$1/stock-recipient.txt"
}

# The folder of a jar in which JNA looks for this machine's library.
jna_folder() {
    local os arch
    case $(uname -s) in Darwin) os=darwin ;; *) os=linux ;; esac
    case $(uname -m) in x86_64) arch=x86-64 ;; arm64 | aarch64) arch=aarch64 ;; *) arch=$(uname -m) ;; esac
    echo "$os-$arch"
}

# The generated half of the Swift package, where the package looks for it; touched only if it changed,
# so that nothing is compiled in vain.
swift_generated() {
    local generated=$TARGET/generated/swift sources=$ROOT/bindings/swift/Sources
    "$ROOT/bindings/generate" swift "$generated"
    mkdir -p "$sources/PrivityGenerated"
    cmp -s "$generated/PrivityFFI.h" "$sources/PrivityFFI/PrivityFFI.h" ||
        cp "$generated/PrivityFFI.h" "$sources/PrivityFFI/"
    cmp -s "$generated/PrivityGenerated.swift" "$sources/PrivityGenerated/PrivityGenerated.swift" ||
        cp "$generated/PrivityGenerated.swift" "$sources/PrivityGenerated/"
}

# swift_build VERB OPTION...: what the toolchain runs, always with the same flags, so that one verb
# does not undo what another built.
swift_build() { swift_with "$TARGET/swift" "$(built)" "$@"; }

# swift_with SCRATCH LIB VERB OPTION...: the same in another folder, with the library of another.
swift_with() {
    local scratch=$1 lib=$2 verb=$3
    shift 3
    "$ROOT/bindings/swift/toolchain" swift "$verb" --scratch-path "$scratch" \
        -Xswiftc -warnings-as-errors -Xlinker "-L$lib" -Xlinker -rpath -Xlinker "$lib" "$@"
}
