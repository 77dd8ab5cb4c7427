package anonymise

import (
	"testing"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// Every key of the documentation has a class that somebody has chosen: whoever
// adds one to the catalogue has to think about it here.
func TestClassify_EveryDocumentedKey(t *testing.T) {
	a, err := New(Options{Key: []byte("a key for tests, 32 bytes long..")})
	if err != nil {
		t.Fatal(err)
	}
	keys := 0
	for _, e := range smartylog.Catalogue() {
		for _, f := range e.Fields {
			if f.Kind == "open_set" {
				continue
			}
			if a.classify(e.Name, f.Name).class == Unknown {
				t.Errorf("%s.%s has no class", e.Name, f.Name)
			}
			if f.Kind == "key" {
				keys++
			}
		}
	}
	if keys != 149 {
		t.Errorf("%d documented keys, want 149", keys)
	}
}

func TestClassify(t *testing.T) {
	a, err := New(Options{Key: []byte("a key for tests, 32 bytes long.."), Keep: []string{"vc_code", "params.contract", "token"}, Hide: []string{"Stream_Service"}})
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[place]Class{
		{"LOGIN_ERROR", "params"}:                Nested,
		{"LOGIN_ERROR", "params.abonement"}:      ID,
		{"LOGIN_ERROR", "params.password"}:       Secret,
		{"LOGIN_ERROR", "params.list[0].phone"}:  Phone,
		{"LOGIN_ERROR", "params.contract"}:       Verbatim,
		{"LOGIN_ERROR", "contract"}:              ID,
		{"X", "a.vc_code"}:                       Verbatim,
		{"X", "token"}:                           Verbatim,
		{"X", "access_token"}:                    Secret,
		{"X", "stream_service"}:                  Hidden,
		{"X", "PhoneNumber"}:                     Phone,
		{"X", "homePhone2"}:                      Phone,
		{"X", "parentCode"}:                      Secret,
		{"X", "cardCvv"}:                         Secret,
		{"X", "phones[0]"}:                       Phone,
		{"X", "token.channel.title"}:             Secret,
		{"X", "user.whatever"}:                   Person,
		{"X", "whatever"}:                        Unknown,
		{"X", "kwargs.whatever"}:                 Unknown,
		{"X", "args[0]"}:                         Nested,
		{"VIDEOSERVICES_API_REQUEST", "args[0]"}: Words,
		{"NOTIFY_ERROR", "client"}:               ID,
		{"CLIENT_CHANNELS_NOT_FOUND", "client"}:  Operator,
		{"PAYTURE_REQUEST", "args.Key"}:          Secret,
		{"OBJECT_CACHED", "key"}:                 Words,
		{"X", "account.tariffs[0].id"}:           Keep,
		{"X", "account.tariffs[0].name"}:         Keep,
		{"X", "account.id"}:                      ID,
		{"X", "account.name"}:                    Person,
		{"X", "result[0].channel.params.id"}:     Keep,
		{"X", "message"}:                         Message,
		{"VIDEOSERVICES_API_REQUEST", "message"}: Prose,
		{"X", "login_type"}:                      Keep,
		{"X", ""}:                                Unknown,
	} {
		if got := a.classify(at.event, at.path).class; got != want {
			t.Errorf("%s.%s is of class %s, want %s", at.event, at.path, got, want)
		}
	}
}

func TestNew_Refuses(t *testing.T) {
	if _, err := New(Options{Key: []byte("short")}); err == nil {
		t.Error("a short key was taken")
	}
	if _, err := New(Options{Key: make([]byte, MinKey), Keep: []string{"ip"}, Hide: []string{"IP"}}); err == nil {
		t.Error("a key both kept and hidden was taken")
	}
}
