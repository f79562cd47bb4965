package probe

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
)

// infoMember finds the lists of keys and values (5.2.22) that subscriptions and
// registrations have for their receivers and sources: credentials, as often as not.
var (
	infoMember = regexp.MustCompile(`"[^"]*(?:receiverInfo|notifierInfo|contextSourceInfo)"\s*:\s*` +
		`(?:\[(?:[^\]"]|"(?:[^"\\]|\\.)*")*\]|\{(?:[^}"]|"(?:[^"\\]|\\.)*")*\})`)
	infoValue = regexp.MustCompile(`("value"\s*:\s*)"(?:[^"\\]|\\.)*"`)
	// mqttLogin finds user name and password in the URI of an MQTT endpoint (clause 7.2).
	mqttLogin = regexp.MustCompile(`(mqtts?:(?:/|\\/){2})[^"/@\\]*@`)
)

// info replaces such values in the subscriptions and registrations that are not the
// run's own: what a platform lists of others is none of the record's business. Those
// of the run hold its token, and stay as they are.
func (r *redactor) info(b []byte) []byte {
	has := func(form *regexp.Regexp, words ...string) bool { // most bodies lack the words, which is found sooner
		return slices.ContainsFunc(words, func(word string) bool { return bytes.Contains(b, []byte(word)) }) && form.Match(b)
	}
	if r.own == "" || !has(infoMember, "receiverInfo", "notifierInfo", "contextSourceInfo") && !has(mqttLogin, "mqtt") {
		return b
	}
	var items []json.RawMessage
	if json.Unmarshal(b, &items) != nil {
		items = []json.RawMessage{b}
	}
	for _, item := range items {
		if !bytes.Contains(item, []byte(r.own)) {
			b = bytes.Replace(b, item, withoutInfo(item), 1)
		}
	}
	return b
}

func withoutInfo(item []byte) []byte {
	item = mqttLogin.ReplaceAll(item, []byte("${1}$"+varHidden+"@"))
	return infoMember.ReplaceAllFunc(item, func(member []byte) []byte {
		return infoValue.ReplaceAll(member, []byte(`${1}"`+"$"+varHidden+`"`))
	})
}
