package probe

import (
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/target"
)

func TestOthersReceiverInfoIsNotRecorded(t *testing.T) {
	const foreign = `{"id":"urn:s:1","notification":{"endpoint":{"uri":"http://x/","receiverInfo":[{"key":"Authorization","value":"Bearer ]s3cr\"et"},{"key":"a","value":"s3cret"}]}},"q":"value==\"kept\""}`
	const own = `{"id":"urn:s:mctoken123","notification":{"endpoint":{"uri":"http://x/","receiverInfo":{"key":"X-Own","value":"mine"}}}}`
	r := newRedactor(&target.Target{})
	r.own = "mctoken123"
	for _, c := range []struct {
		name, in  string
		has, lack []string
	}{
		{"one of another's", foreign, []string{`"key":"Authorization"`, `"value":"` + varHidden + `"`, `value==\"kept\"`, `"uri":"http://x/"`}, []string{"s3cr", "s3cret"}},
		{"one's own", own, []string{"mine"}, nil},
		{"a list", "[" + own + ", " + foreign + "]", []string{"mine", varHidden}, []string{"s3cr", "s3cret"}},
		{"expanded and spaced", strings.ReplaceAll(strings.Replace(foreign, `"receiverInfo":`, `"https://uri.etsi.org/ngsi-ld/receiverInfo" : `, 1), `"value":`, `"value" : `), []string{varHidden}, []string{"s3cret"}},
		{"a source's", `{"id":"urn:r:1","contextSourceInfo":[{"key":"X-Key","value":"s3cret"}]}`, []string{varHidden}, []string{"s3cret"}},
		{"no JSON", foreign[:len(foreign)-10], []string{varHidden}, []string{"s3cret"}},
		{"an MQTT login of another's", `{"id":"urn:s:1","notification":{"endpoint":{"uri":"mqtts://ann:s3cret@h/topic"}}}`, []string{`"mqtts://` + varHidden + `@h/topic"`}, []string{"s3cret", "ann"}},
		{"an MQTT login of one's own", `{"id":"urn:s:mctoken123","notification":{"endpoint":{"uri":"mqtt://ann:mine@h/topic"}}}`, []string{"ann:mine@"}, nil},
		{"nothing of it", `{"id":"urn:e:1","value":"s3cret"}`, []string{"s3cret"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := string(r.bytes([]byte(c.in)))
			for _, want := range c.has {
				if !strings.Contains(got, want) {
					t.Errorf("%s lacks %s", got, want)
				}
			}
			for _, secret := range c.lack {
				if strings.Contains(got, secret) {
					t.Errorf("%s tells %s", got, secret)
				}
			}
		})
	}
}
