// Package sms sends text messages through an operator's short message centre
// or a provider's HTTP gateway.
//
// It uses the words of SMPP 3.4 (bind, submit_sm, command status), 3GPP TS
// 23.038 (GSM 7 bit alphabet, UCS2) and TS 23.040 (concatenated messages).
//
// It keeps no queue and does not try twice: the job queue does, told by the
// error's class. It asks for no delivery receipts: an applicant who types the
// code is the receipt.
//
// A send returns nil only after the other side has answered that it took every
// part. Anything less is an unknown outcome and temporary.
package sms
