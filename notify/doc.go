// Package notify describes what Vouchline tells people by e-mail and text
// message, and the one method of whatever sends it.
//
// It uses the words of RFC 5322 (subject, message identifier), ITU-T E.164
// (numbers) and RFC 5321 section 4.2.1 (permanent and transient failures).
//
// It sends nothing itself: notify/smtp, notify/sms and the outbox of store do, and
// all of them pass the suite in notifytest. The words are in package templates;
// [Render] fetches them. Trying again is the job queue's.
//
// Addresses, subjects and bodies are personal and hold codes and links that are
// as good as keys. No error, log line or String of this package shows them.
package notify
