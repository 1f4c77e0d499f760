// Package jobs carries out the effects of the flow, later and for certain.
//
// An effect is saved as a River job in the transaction that saves the state
// which asks for it, so that neither exists without the other. Words are
// River's: job, queue, attempt, snooze, rescue. What an effect does is
// kyc.Runner's; jobs only says when, how often, and what happens after the
// last attempt.
//
// A job may run twice: after a crash, and in rare cases beside itself, when a
// process was so long without a sign of life that another took over its jobs.
// Runners are idempotent by kyc.Effect's key and must stay so.
//
// The rule not to break: no personal data in a job. Errors that runners return
// are logged by their text, which must not have any either; the queue's tables
// get a fixed text only.
package jobs
