#!/usr/bin/env bash
# Build for OSS-Fuzz and its kin: every target into $OUT, with its seeds and its dictionary.
#
#   CC CFLAGS LIB_FUZZING_ENGINE OUT     as the fuzzing service sets them
#   CXX CXXFLAGS                         used to link, if the engine needs a C++ runtime
#
# Without an environment it builds for libFuzzer with clang into build/oss-fuzz: a try-out of this script.
set -euo pipefail
cd "$(dirname "$0")/.."

: "${OUT:=$PWD/build/oss-fuzz}"
: "${CC:=clang}"
: "${CXX:=clang++}"
: "${LIB_FUZZING_ENGINE:=-fsanitize=fuzzer}"
: "${CFLAGS:=-O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all}"
: "${CXXFLAGS:=$CFLAGS}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$OUT"

# What fuzz/rules.mk links every target with: one list.
mapfile -t sources < <(make -s BUILD="$work" fuzz-sources)
mapfile -t libs < <(make -s fuzz-libs)

objects=()
for source in "${sources[@]}"
do
    object=$work/$(printf '%s' "${source#"$work"/}" | tr / _).o
    # shellcheck disable=SC2086 # flags are lists of words
    $CC $CFLAGS -std=gnu11 -D_GNU_SOURCE -Iimpl -Ifuzz -I. -Iharness -c "$source" -o "$object"
    objects+=("$object")
done

linker=$CC
link_flags=$CFLAGS
if command -v "${CXX%% *}" > /dev/null
then
    linker=$CXX
    link_flags=$CXXFLAGS
fi
for source in fuzz/fuzz_*.c
do
    name=$(basename "$source" .c)
    target=${name#fuzz_}
    # shellcheck disable=SC2086
    $CC $CFLAGS -std=gnu11 -D_GNU_SOURCE -Iimpl -Ifuzz -I. -Iharness -c "$source" -o "$work/$name.o"
    # shellcheck disable=SC2086
    $linker $link_flags "$work/$name.o" "${objects[@]}" $LIB_FUZZING_ENGINE -o "$OUT/$name" "${libs[@]}"
    if [ -f "fuzz/dict/$target.dict" ]
    then
        cp "fuzz/dict/$target.dict" "$OUT/$name.dict"
    fi
    rm -f "$OUT/${name}_seed_corpus.zip"
    if command -v zip > /dev/null
    then
        (cd "fuzz/corpus/$target" && zip -q -r "$OUT/${name}_seed_corpus.zip" .)
    else
        python3 -m zipfile -c "$OUT/${name}_seed_corpus.zip" "fuzz/corpus/$target/"*
    fi
    echo "$OUT/$name"
done
