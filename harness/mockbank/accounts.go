package mockbank

import (
	"net/url"
	"strconv"
)

// accountsResponse is OBReadAccount4.
type accountsResponse struct {
	Data  accountsData `json:"Data"`
	Links links        `json:"Links"`
	Meta  meta         `json:"Meta"`
}

type accountsData struct {
	Account []accountView `json:"Account"`
}

// accountView is OBAccount4 as one consent may see it.
type accountView struct {
	AccountID      string           `json:"AccountId"`
	Currency       string           `json:"Currency"`
	AccountType    string           `json:"AccountType"`
	AccountSubType string           `json:"AccountSubType"`
	Description    string           `json:"Description,omitempty"`
	Nickname       string           `json:"Nickname,omitempty"`
	Account        []identification `json:"Account,omitempty"`
}

// identification names an account in one scheme.
type identification struct {
	SchemeName     string `json:"SchemeName"`
	Identification string `json:"Identification"`
	Name           string `json:"Name,omitempty"`
}

func (b *Bank) listAccounts(c *call) answer {
	consent, refused := b.accountAccess(c)
	if refused != nil {
		return *refused
	}
	accounts := b.accounts
	pages := (len(accounts) + b.options.PageSize - 1) / b.options.PageSize
	page, given, valid := pageNumber(c.request.URL.Query(), pages)
	if !valid {
		return c.badRequest(problem{code: fieldInvalid, message: "There is no such page.", path: "page"})
	}
	first := (page - 1) * b.options.PageSize
	last := min(first+b.options.PageSize, len(accounts))
	views := make([]accountView, 0, last-first)
	for i := first; i < last; i++ {
		views = append(views, accounts[i].view(consent))
	}
	return ok(accountsResponse{
		Data:  accountsData{Account: views},
		Links: pageLinks(b.linksTo(c, "").Self, page, pages, given),
		Meta:  meta{TotalPages: pages},
	})
}

// pageNumber reads ?page=, counted from 1.
func pageNumber(query url.Values, pages int) (page int, given, valid bool) {
	values, given := query["page"]
	if !given {
		return 1, false, true
	}
	page, err := strconv.Atoi(values[0])
	return page, true, err == nil && len(values) == 1 && page >= 1 && page <= pages
}

// pageLinks leads through the pages (ACC-LIST-PAGES). Self repeats the page only
// when the request named one.
func pageLinks(path string, page, pages int, given bool) links {
	numbered := func(n int) string { return path + "?page=" + strconv.Itoa(n) }
	out := links{Self: path}
	if given {
		out.Self = numbered(page)
	}
	if pages == 1 {
		return out
	}
	out.First, out.Last = numbered(1), numbered(pages)
	if page > 1 {
		out.Prev = numbered(page - 1)
	}
	if page < pages {
		out.Next = numbered(page + 1)
	}
	return out
}

func (b *Bank) getAccount(c *call) answer {
	consent, refused := b.accountAccess(c)
	if refused != nil {
		return *refused
	}
	for _, candidate := range b.accounts {
		if candidate.id == c.id {
			return ok(accountsResponse{
				Data:  accountsData{Account: []accountView{candidate.view(consent)}},
				Links: b.linksTo(c, ""),
				Meta:  singlePage(),
			})
		}
	}
	if c.id == foreignAccount.id {
		return forbidden(problem{code: consentMismatch, message: "The consent does not cover this account.", path: "AccountId"})
	}
	return c.unknownResource("AccountId")
}

// accountAccess finds the consent behind the token and refuses one that does not
// open accounts now (ACC-403-CONSENT).
func (b *Bank) accountAccess(c *call) (*accountConsent, *answer) {
	consent, found := b.accountGrants.get(c.token.consentID)
	reason := "The consent does not exist any more."
	if found {
		reason = consent.unusable(b.now())
		if reason == "" && !consent.readsAccounts() {
			reason = "The consent has no permission to read accounts."
		}
	}
	if reason == "" {
		return consent, nil
	}
	a := forbidden(problem{code: invalidConsentStatus, message: reason})
	return nil, &a
}

// view shows the account as far as the consent's permissions go: no identification
// without ReadAccountsDetail, card numbers in the clear only with ReadPAN.
func (a account) view(consent *accountConsent) accountView {
	out := accountView{
		AccountID: a.id, Currency: a.currency, AccountType: a.accountType, AccountSubType: a.subType,
		Description: a.description, Nickname: a.nickname,
	}
	if !consent.allows(readAccountsDetail) {
		return out
	}
	for _, known := range a.identifications {
		if known.SchemeName == schemePAN && !consent.allows(readPAN) {
			known.Identification = maskPAN(known.Identification)
		}
		out.Account = append(out.Account, known)
	}
	return out
}

func maskPAN(pan string) string {
	const shown = 4
	masked := []byte(pan)
	for i := range len(masked) - shown {
		masked[i] = 'x'
	}
	return string(masked)
}
