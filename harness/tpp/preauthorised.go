package tpp

import "slices"

// preauthorise remembers a consent that somebody else has authorised, behind a
// predefined code or a ready token. Other runs live on it: whatever a bank
// gives us for an identifier, it is never deleted (R11).
func (c *Client) preauthorise(consentID string) {
	if consentID != "" && !c.isPreauthorised(consentID) {
		c.preauthorised = append(c.preauthorised, consentID)
	}
}

func (c *Client) isPreauthorised(consentID string) bool {
	return slices.Contains(c.preauthorised, consentID)
}
