package jsonschema

import (
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/xeipuuv/gojsonschema"
)

// format is one value of the keyword "format": how it reads in a message, and
// which strings have it.
type format struct {
	words string
	match func(string) bool
}

// formats are the only formats that a schema may name. The library's own are
// too lenient (it takes 10:43:07 for a date-time) or too strict (it refuses
// upper-case UUIDs), and it passes everything for a format it does not know.
var formats = map[string]format{
	"date":      {"a calendar date (RFC 3339 full-date)", isDate},
	"date-time": {"a date-time with a timezone (RFC 3339)", isDateTime},
	"uri":       {"an absolute URI (RFC 3986)", isURI},
	"uuid":      {"a UUID (RFC 4122)", isUUID},
}

// The library keeps its formats in a registry of the process. It is written
// before anything can read it, and never again.
func init() {
	for name, f := range formats {
		gojsonschema.FormatCheckers.Add(name, checker(f.match))
	}
}

// checker adapts a predicate on strings. A format says nothing about values of
// another type (draft-07 validation, section 7.2).
type checker func(string) bool

// IsFormat implements gojsonschema.FormatChecker.
func (c checker) IsFormat(value any) bool {
	s, ok := value.(string)
	return !ok || c(s)
}

func formatWords(name string) string { return formats[name].words }

var (
	datePattern = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
	// RFC 3339 section 5.6, whose literals "T" and "Z" may be lower case.
	dateTimePattern = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(?:[Zz]|([+-])(\d{2}):(\d{2}))$`)
	uuidPattern     = regexp.MustCompile(`^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$`)
)

func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil && datePattern.MatchString(s)
}

// isDateTime accepts RFC 3339 date-times. Second 60 is a leap second, which only
// ever ends a day of UTC (section 5.7).
func isDateTime(s string) bool {
	part := dateTimePattern.FindStringSubmatch(s)
	if part == nil || !isDate(part[1]) {
		return false
	}
	hour, minute, second := number(part[2]), number(part[3]), number(part[4])
	offsetHour, offsetMinute := number(part[6]), number(part[7])
	if hour > 23 || minute > 59 || second > 60 || offsetHour > 23 || offsetMinute > 59 {
		return false
	}
	if second < 60 {
		return true
	}
	const day = 24 * 60
	offset := offsetHour*60 + offsetMinute
	if part[5] == "-" {
		offset = -offset
	}
	return (hour*60+minute-offset+day)%day == day-1
}

// number reads the digits that a pattern has already matched; none are zero.
func number(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

func isUUID(s string) bool { return uuidPattern.MatchString(s) }

// uriPattern is the grammar of RFC 3986 appendix A, with two groups: the scheme
// and the host. What follows the scheme must not be empty: "a:" is a URI by the
// grammar, and identifies nothing.
var uriPattern = func() *regexp.Regexp {
	const (
		pct        = `%[0-9A-Fa-f]{2}`
		unreserved = `A-Za-z0-9\-._~`
		delims     = `!$&'()*+,;=`
		pchar      = `(?:[` + unreserved + delims + `:@]|` + pct + `)`
		regName    = `(?:[` + unreserved + delims + `]|` + pct + `)*`
		userinfo   = `(?:(?:[` + unreserved + delims + `:]|` + pct + `)*@)?`
		literalIP  = `\[[0-9A-Za-z:.\-_~!$&'()*+,;=]+\]`
		authority  = `//` + userinfo + `(` + literalIP + `|` + regName + `)(?::[0-9]*)?(?:/` + pchar + `*)*`
		path       = `/?` + pchar + `+(?:/` + pchar + `*)*`
		tail       = `(?:\?(?:` + pchar + `|[/?])*)?(?:#(?:` + pchar + `|[/?])*)?`
	)
	return regexp.MustCompile(`^([A-Za-z][A-Za-z0-9+.\-]*):(?:` + authority + `|` + path + `)` + tail + `$`)
}()

var futureIP = regexp.MustCompile(`^v[0-9A-Fa-f]+\..+$`)

// isURI accepts URIs with a scheme. An http or https URI must name a host
// (RFC 9110 section 4.2.1).
func isURI(s string) bool {
	part := uriPattern.FindStringSubmatch(s)
	if part == nil {
		return false
	}
	scheme, host := strings.ToLower(part[1]), part[2]
	if host == "" {
		return scheme != "http" && scheme != "https"
	}
	if strings.HasPrefix(host, "[") {
		inner := strings.Trim(host, "[]")
		addr, err := netip.ParseAddr(inner)
		return err == nil && addr.Is6() || futureIP.MatchString(inner)
	}
	return true
}
