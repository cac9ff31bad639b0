# shellcheck shell=bash
# What the structural checks share. Sourced, never executed. Each check prints its
# findings as file:line: text and ends with a line of figures; exit 0 clean, 1 not.

# The tree to look at: the argument, or the repository that holds this file.
tree_root()
{
    cd "${1:-$(dirname "${BASH_SOURCE[0]}")/../..}" && pwd
}

# files_below FOLDER... -- FIND EXPRESSION...: sorted, relative to the working
# directory, without build products and records. A folder that is not there is none.
files_below()
{
    local folders=()
    while [[ $1 != -- ]]
    do
        [[ ! -e $1 ]] || folders+=("$1")
        shift
    done
    shift
    ((${#folders[@]} > 0)) || return 0
    find "${folders[@]}" \( -name .git -o -path './build' -o -path './results' \) -prune -o \
        -type f \( "$@" \) -print | sed 's|^\./||' | LC_ALL=C sort
}

c_files()
{
    files_below impl harness netns-lab conformance fuzz perf -- -name '*.[ch]'
}

# Every shell script: by its name's end or by its first line.
shell_files()
{
    local file line
    files_below . -- -name '*.sh'
    files_below . -- ! -name '*.*' -size -200k | while read -r file
    do
        # Binary corpora have no first line worth reading.
        IFS= read -r line 2>/dev/null <"$file" || continue
        [[ $line != '#!'*sh ]] || echo "$file"
    done
}

# nothing_found WHAT: a check that looked at no file at all has not passed.
nothing_found()
{
    echo "${0##*/}: found no $1 to check"
    exit 1
}
