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

# A Linux binary has fewer bytes than this. For that, a module without content
# stands for the one that reads Go's own sources (see notools): two megabytes
# which Ginkgo links, and which never run here. What runs seldom is built without
# inlining, and functions are aligned as closely as amd64 likes them: another
# megabyte, and a run takes no longer.
most=20000000
cold='encoding/gob net/rpc github.com/onsi/... golang.org/x/text/... github.com/alecthomas/... go.yaml.in/...
	obconform/suites/... obconform/harness/cmd/... obconform/harness/config obconform/harness/detect/...
	obconform/harness/doctor obconform/harness/matrix obconform/harness/openapi obconform/harness/report/...
	html/template text/template/...'

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
mkdir -p "$folder" bin
mod=bin/dist.mod
cp go.mod $mod
cp go.sum bin/dist.sum
go mod edit -replace golang.org/x/tools=./harness/dist/notools $mod

# build OS ARCH: one binary and its bill of materials.
build() {
	file=obconform_${version}_$1_$2
	[ "$1" != windows ] || file=$file.exe
	flags="-s -w -funcalign=16 -X main.version=$version -X main.commit=$commit -X main.date=$date"
	set -f # the patterns are Go's
	GOOS=$1 GOARCH=$2 go build -modfile=$mod -trimpath -buildvcs=false -ldflags "$flags" $(printf -- '-gcflags=%s=-l ' $cold) \
		-o "$folder/$file" ./harness/cmd/obconform
	set +f
	size=$(($(wc -c <"$folder/$file")))
	if [ "$1" = linux ] && [ "$size" -ge $most ]; then
		echo "dist: $file has $size bytes, and must have fewer than $most" >&2
		exit 1
	fi
	# The module that stands for another has a path for a name; it is ours.
	"$bom" bin -json -std -noserial -notimestamp -version "v$version" -output bin/dist.json "$folder/$file"
	sed "s#\./harness/dist/notools@(devel)#obconform/harness/dist/notools@v$version#g
		s#\./harness/dist/notools#obconform/harness/dist/notools#g
		s#\"(devel)\"#\"v$version\"#" bin/dist.json >"$folder/$file.cdx.json"
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
