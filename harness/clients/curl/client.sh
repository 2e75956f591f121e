#!/bin/sh
# A small Open Banking client of curl and openssl: it lists the accounts of a
# customer who consents to it. It is something for obconform to judge, and knows
# nothing of obconform.
#
# BANK names the folder that 'obconform mock --credentials' writes. With BREACH=1
# it has a mistake that no bank refuses: it also sends the access token in the
# address, where logs keep it.
set -eu

base=$(sed -n 's/.*"baseUrl": "\(.*\)".*/\1/p' "$BANK/config.json")
redirect=$(sed -n 's/.*"redirectUri": "\(.*\)".*/\1/p' "$BANK/config.json")
kid=$(sed -n 's/.*"signingKeyId": "\(.*\)".*/\1/p' "$BANK/config.json")
client=$(cat "$BANK/client-id.txt")
secret=$(cat "$BANK/client-secret.txt")

# call ARGUMENT...: curl as the bank wants it, failing on a refusal.
call() {
	curl --silent --show-error --fail-with-body --max-time 20 \
		--cacert "$BANK/ca.pem" --cert "$BANK/client.pem" --key "$BANK/client-key.pem" "$@"
}

# api TOKEN ARGUMENT...: a call of the API, with an interaction id of its own.
api() {
	token=$1
	shift
	call --header "Authorization: Bearer $token" --header "x-fapi-interaction-id: $(uuid)" \
		--header "x-fapi-customer-ip-address: 203.0.113.7" "$@"
}

uuid() {
	openssl rand -hex 16 | sed 's/^\(.\{8\}\)\(.\{4\}\).\(.\{3\}\).\(.\{3\}\)\(.\{12\}\)/\1-\2-4\3-a\4-\5/'
}

# member NAME: the text of the first member of that name in the JSON on standard
# input.
member() {
	sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" | head -n 1
}

base64url() {
	openssl base64 -A | tr '+/' '-_' | tr -d '='
}

metadata=$(call "$base/open-banking/v3.0/.well-known/openid-configuration" | tr -d '\n' | tr '{,' '\n\n')
issuer=$(printf '%s' "$metadata" | member issuer)
authorise=$(printf '%s' "$metadata" | member authorization_endpoint)
tokens=$(printf '%s' "$metadata" | member token_endpoint)

own=$(call --user "$client:$secret" --data grant_type=client_credentials --data scope=accounts "$tokens" | tr '{,' '\n\n' | member access_token)

consents=$base/open-banking/v3.1/aisp/account-access-consents
consent=$(api "$own" --json '{"Data":{"Permissions":["ReadAccountsDetail","ReadBalances"]},"Risk":{}}' "$consents" |
	tr '{,' '\n\n' | member ConsentId)

# The request object, signed PS256: openssl's salt is as long as the digest.
state=$(uuid)
now=$(date +%s)
header=$(printf '{"alg":"PS256","kid":"%s"}' "$kid" | base64url)
claims=$(printf '{"iss":"%s","aud":"%s","exp":%d,"iat":%d,"client_id":"%s","response_type":"code","redirect_uri":"%s","scope":"openid accounts","state":"%s","nonce":"%s","claims":{"id_token":{"openbanking_intent_id":{"value":"%s","essential":true}}}}' \
	"$client" "$issuer" $((now + 300)) "$now" "$client" "$redirect" "$state" "$(uuid)" "$consent" | base64url)
signature=$(printf '%s.%s' "$header" "$claims" |
	openssl dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest -sign "$BANK/signing-key.pem" -binary | base64url)

# The mock bank consents at once, so no browser is needed.
back=$(call --get --output /dev/null --write-out '%{redirect_url}' --data-urlencode "client_id=$client" --data-urlencode response_type=code \
	--data-urlencode "redirect_uri=$redirect" --data-urlencode "scope=openid accounts" --data-urlencode "state=$state" \
	--data-urlencode "request=$header.$claims.$signature" "$authorise")
case "$back" in
*"state=$state"*) ;;
*)
	echo "client: the state that came back is not the one that was sent" >&2
	exit 1
	;;
esac
code=$(printf '%s' "$back" | sed 's/.*[?&]code=\([^&]*\).*/\1/')

customers=$(call --user "$client:$secret" --data grant_type=authorization_code --data "code=$code" --data-urlencode "redirect_uri=$redirect" "$tokens" |
	tr '{,' '\n\n' | member access_token)

accounts=$base/open-banking/v3.1/aisp/accounts
if [ "${BREACH:-}" = 1 ]; then
	accounts="$accounts?access_token=$customers"
fi
api "$customers" "$accounts" | grep -o '"AccountId"' | wc -l | sed 's/ *\(.*\)/\1 accounts on the first page/'

api "$own" --request DELETE "$consents/$consent"
