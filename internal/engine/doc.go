// Package engine runs OpenCV and Tesseract in child processes and supervises
// them: a crash or a timeout costs one request its attempt, never the
// service.
//
// Words are those of ocr and faces, whose types and errors cross the pipe
// unchanged. It finds nothing in a picture itself, it only turns and cuts: the
// child's command (cmd/vouchline) joins this package to ocr/tesseract and
// faces/opencv through two small interfaces, and internal/photo decodes in Go
// before they see a picture.
//
// The rule: what a child says is not trusted. Lengths are bounded, answers
// must carry the request's number, and a child that breaks the protocol,
// hangs or dies is killed and replaced; the libraries' own output never
// reaches the protocol stream. A child sees none of the server's environment
// beyond a short list, so that an attack on a decoder finds no secrets there.
package engine
