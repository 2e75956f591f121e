package tpp

import "obconform/harness/contract"

// CheckMinted holds that two answers to requests without an interaction id
// have different ones (COM-FAPI-MINT). One that is missing or malformed the
// audit has found.
func (a *Answer) CheckMinted(clause contract.ClauseID, earlier *Answer) {
	const place = "header " + contract.HeaderInteractionID
	first, second := earlier.Header.Get(contract.HeaderInteractionID), a.Header.Get(contract.HeaderInteractionID)
	if earlier.owned(place) {
		return
	}
	a.Check(clause, place, first != second, "another one than the answer before, "+first)
}
