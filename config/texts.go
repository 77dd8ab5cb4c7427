package config

import "github.com/smarty-alert/smarty-alert/strictyaml"

// The languages of the built-in texts.
const (
	English = "en"
	Russian = "ru"
)

// Texts are templates by the key they stand under, such as title or text.
type Texts map[string]string

func languageKey(doc string) strictyaml.Field {
	return strictyaml.Field{Name: "language", Kind: strictyaml.Text, Enum: []string{English, Russian}, Default: English, Doc: doc, Example: "language: ru"}
}

var receiverLanguage = strictyaml.Field{Name: "language", Kind: strictyaml.Text, Enum: []string{English, Russian}, Default: "the configuration's",
	Doc: "The language of this receiver's built-in texts.", Example: "webhook: {url: https://example.com/hook}\nlanguage: ru"}

const slackFrame = "token_file: /etc/smarty-alert/slack-token\nchannel: \"#noc\"\n"

func textKey(name, doc, example string) strictyaml.Field {
	return strictyaml.Field{Name: name, Kind: strictyaml.Text, Default: "what is built in", Doc: doc, Example: example}
}

// language is one of them, or fallback.
func (rd *reader) language(v strictyaml.Value, fallback string) string {
	if v.There() {
		if text, ok := rd.text(v); ok && v.Chosen(text) {
			return text
		}
	}
	return fallback
}

// readTemplates reads the templates that a receiver has; nil if it has none.
func (rd *reader) readTemplates(m *strictyaml.Mapping, keys ...string) Texts {
	var texts Texts
	for _, key := range keys {
		v := m.Get(key)
		if !v.There() {
			continue
		}
		if text, ok := rd.text(v); ok {
			if texts == nil {
				texts = Texts{}
			}
			texts[key] = text
		}
	}
	return texts
}
