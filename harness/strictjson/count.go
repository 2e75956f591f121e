package strictjson

// Count is how many values a document has, at most, found in one pass that keeps
// nothing: a few megabytes of small values are hundreds once they are parsed, so
// whoever must bound memory asks this first. What is no JSON has a count too.
func Count(data []byte) int {
	if len(data) == 0 {
		return 0
	}
	count, inString := 1, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == ',' || c == '[' || c == '{':
			count++
		}
	}
	return count
}
