#!/bin/sh
# What 'make dist' does: a static binary of the commit that is checked out for
# each target, a bill of materials of each binary, and the SHA-256 sums of all.
#
# The same commit and the same release of Go give the same bytes, in whatever
# folder, by whatever cache and with whatever settings of the environment. So
# version, commit and date come from here and not from what Go records of the
# version control (it would also record tags that come later), paths are
# trimmed, and files that are not of the commit are refused.
#
#   sh harness/dist/build.sh VERSION FOLDER OS/ARCH...
set -eu
version=$1 folder=$2
shift 2

# A Linux binary has fewer bytes than this. A tenth of it are packages that read
# Go's own sources: Ginkgo links them for a report that is never asked for, and
# Go's linker cannot tell. So the code that runs seldom or never is built
# without inlining, and functions are aligned as closely as amd64 likes them:
# that saves a twentieth, and a run takes no longer.
most=20000000
cold='go/... golang.org/x/tools/... encoding/gob net/rpc github.com/onsi/... golang.org/x/text/... github.com/alecthomas/... obconform/suites/...'

if [ -n "$(git status --porcelain)" ]; then
	echo "dist: there are changes that no commit has; 'git status' names them" >&2
	exit 1
fi
commit=$(git rev-parse HEAD)
date=$(TZ=UTC0 git log -1 --date=format-local:%Y-%m-%dT%H:%M:%SZ --format=%cd)

unset GOFLAGS GOEXPERIMENT GOWORK GOFIPS140 GODEBUG
export CGO_ENABLED=0 GOAMD64=v1 GOARM64=v8.0

bom=${CYCLONEDX:-}
if [ -z "$bom" ]; then
	bom=$PWD/bin/cyclonedx-gomod
	go -C harness/tools build -trimpath -buildvcs=false -o "$bom" github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod
fi

rm -rf "$folder"
mkdir -p "$folder"
said=$(mktemp)
trap 'rm -f "$said"' EXIT

# build OS ARCH: one binary and its bill of materials.
build() {
	file=obconform_${version}_$1_$2
	[ "$1" != windows ] || file=$file.exe
	flags="-s -w -funcalign=16 -X main.version=$version -X main.commit=$commit -X main.date=$date"
	set -f # the patterns are Go's
	GOOS=$1 GOARCH=$2 go build -trimpath -buildvcs=false -ldflags "$flags" $(printf -- '-gcflags=%s=-l ' $cold) \
		-o "$folder/$file" ./harness/cmd/obconform
	set +f
	size=$(($(wc -c <"$folder/$file")))
	if [ "$1" = linux ] && [ "$size" -ge $most ]; then
		echo "dist: $file has $size bytes, and must have fewer than $most" >&2
		exit 1
	fi
	# It complains of no licence of our own module and of Go's library: neither
	# lies where it looks.
	"$bom" bin -json -std -licenses -noserial -notimestamp -version "v$version" \
		-output "$folder/$file.cdx.json" "$folder/$file" 2>"$said" || { cat "$said" >&2 && exit 1; }
	echo "$folder/$file: $size bytes"
}

for target; do
	build "${target%/*}" "${target#*/}"
done
cd "$folder"
if command -v sha256sum >/dev/null; then
	sha256sum obconform_* >SHA256SUMS
else
	shasum -a 256 obconform_* >SHA256SUMS
fi
echo "$folder/SHA256SUMS: version $version, commit $commit of $date"
