package config

import (
	"obconform/harness/waiver"
)

// LoadWaivers reads a file of waivers, and answers what its user should know of
// it, one line each. The error is a *Problems with everything that is wrong, the
// file named as given.
func LoadWaivers(path string) (list waiver.List, warnings []string, err error) {
	data, reason := readFile(path)
	if reason != "" {
		return nil, nil, &Problems{List: []Problem{{File: path, Expected: "a file of waivers", Got: reason}}}
	}
	list, faults := waiver.Parse(data)
	if len(faults) > 0 {
		return nil, nil, &Problems{List: waiverProblems(path, faults)}
	}
	if waiver.Bare(data) {
		warnings = append(warnings, path+": "+waiver.BareNotice().String())
	}
	return list, warnings, nil
}

func waiverProblems(file string, faults []waiver.Problem) []Problem {
	var problems []Problem
	for _, fault := range faults {
		problems = append(problems, Problem{File: file, Key: fault.Where, Expected: fault.Expected, Got: fault.Got})
	}
	return problems
}

// checkWaivers reads the file of waivers, so that what is wrong with it is said
// with all the rest.
func (l *loader) checkWaivers() {
	named := l.cfg.Waivers
	data := l.readNamed("waivers", &l.cfg.Waivers)
	if data == nil {
		return
	}
	_, faults := waiver.Parse(data)
	l.problems = append(l.problems, waiverProblems(named, faults)...)
	if waiver.Bare(data) {
		l.cfg.warnings = append(l.cfg.warnings, named+": "+waiver.BareNotice().String())
	}
}
