package tpp

// AuthDate is a value of the request header x-fapi-auth-date, and what it is.
type AuthDate struct{ Form, Value string }

// AuthDates are values that a bank accepts (AAC-HEADER-DATE): the form of RFC
// 7231 section 7.1.1.1, and the one that the documentation shows.
func AuthDates() []AuthDate {
	return []AuthDate{
		{"an HTTP date", "Sun, 10 Sep 2017 19:43:31 GMT"},
		{"the documented example, which ends in UTC", "Sun, 10 Sep 2017 19:43:31 UTC"},
	}
}

// WrongAuthDates are values that are no HTTP date.
func WrongAuthDates() []AuthDate {
	return []AuthDate{
		{"a word", "yesterday"},
		{"an ISO 8601 date-time", "2017-09-10T19:43:31Z"},
	}
}
