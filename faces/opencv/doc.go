// Package opencv finds faces, compares them and looks for presentation
// attacks with OpenCV's DNN module: YuNet, MobileFaceNet and the MiniFASNet
// pair of the models manifest.
//
// Words are those of package faces; coordinates are pixels of the photograph
// that was handed in. It decides nothing: thresholds are handed out by
// Thresholds and applied by faces.
//
// The rule: OpenCV aborts the process on what it does not expect. Every Mat
// is checked for emptiness before use and every region is cut inside its Mat.
// gocv keeps some exceptions in a variable of the whole process: only the
// reading of networks looks there, under one mutex; everything else returns
// its error or an empty Mat. Run it in an engine child (internal/engine),
// never in the server.
package opencv
