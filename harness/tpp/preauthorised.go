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

// isConfigured tells whether a registration is that of a client of the
// configuration. A bank may answer a second registration of the same software
// with the first one (R9): the client that all runs live on is not ours to
// change or delete, whoever says that we have just made it.
func (c *Client) isConfigured(id string) bool {
	return id != "" && (id == c.cfg.Client.ID.Reveal() || id == c.cfg.SecondClient.ID.Reveal())
}

func (c *Client) isPreauthorised(consentID string) bool {
	return slices.Contains(c.preauthorised, consentID)
}
