// Package templates holds everything that people read: the pages, the e-mails
// and text messages, the style sheet, the scripts and the words of each
// language.
//
// Its words are those of NIST SP 800-63A turned into what a person would say;
// the style of the pages follows the patterns of GOV.UK and Login.gov. It
// decides nothing and knows none of our other packages: api chooses the page
// and gives it data, kyc chooses the message.
//
// The rule not to break: every sentence is in locales/, in every language. A
// template names it with t or code and holds no words itself, and no text is
// ever marked as safe HTML, so that a hostile name stays a name.
package templates
