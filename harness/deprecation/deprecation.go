// Package deprecation holds what a notice says of something that goes: a flag, a
// key, a form of a file. Whoever owns such a thing has the notice; it is said
// whenever the thing is used, from one version on and until another takes it
// away. It imports nothing of ours.
package deprecation

import (
	"fmt"
	"strconv"
	"strings"
)

// Notice is one thing that goes.
type Notice struct {
	// Name is the thing, Instead what to use from now on.
	Name, Instead string
	// Since is the first version that says so, Removal the first without the
	// thing: a later one, so that there is a version to change in.
	Since, Removal string
}

// String is the notice in one line.
func (n Notice) String() string {
	return fmt.Sprintf("%s is deprecated since version %s and goes with version %s: use %s", n.Name, n.Since, n.Removal, n.Instead)
}

// Check says what is wrong with a notice in a program of that version: it warns
// of nothing, it leaves no version between, or the thing should be gone by now.
func (n Notice) Check(version string) error {
	now, err := parse(version)
	if err != nil {
		return err
	}
	since, err := parse(n.Since)
	if err != nil {
		return fmt.Errorf("%s: %w", n.Name, err)
	}
	removal, err := parse(n.Removal)
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", n.Name, err)
	case n.Name == "" || n.Instead == "":
		return fmt.Errorf("a notice without a name, or without what to use: %+v", n)
	case compare(since, removal) >= 0:
		return fmt.Errorf("%s goes with %s and is warned of since %s: that is no version ahead", n.Name, n.Removal, n.Since)
	case compare(since, now) > 0:
		return fmt.Errorf("%s is warned of since %s, and this is %s", n.Name, n.Since, version)
	case compare(removal, now) <= 0:
		return fmt.Errorf("%s was to go with %s, and this is %s", n.Name, n.Removal, version)
	}
	return nil
}

// parse reads MAJOR.MINOR.PATCH.
func parse(version string) (numbers [3]int, err error) {
	parts := strings.Split(version, ".")
	if len(parts) != len(numbers) {
		return numbers, fmt.Errorf("expected a version as 1.2.3, got %q", version)
	}
	for i, part := range parts {
		if numbers[i], err = strconv.Atoi(part); err != nil || numbers[i] < 0 {
			return numbers, fmt.Errorf("expected a version as 1.2.3, got %q", version)
		}
	}
	return numbers, nil
}

func compare(a, b [3]int) int {
	for i := range a {
		if a[i] != b[i] {
			return a[i] - b[i]
		}
	}
	return 0
}
