package models

// Names of the model files, which are also their paths under a folder of
// models.
const (
	YuNet         = "face_detection_yunet_2023mar.onnx"
	MobileFaceNet = "mobilefacenet_foamliu_op10.onnx"
	MiniFASNetV2  = "antispoof_2.7_80x80_MiniFASNetV2.onnx"
	MiniFASNetV1  = "antispoof_4_0_0_80x80_MiniFASNetV1SE.onnx"
	Landmarks68   = "faceapi_landmark68.onnx"
	AgeSex        = "faceapi_age_gender.onnx"
	Expression    = "faceapi_expression.onnx"
	DocCorners    = "doccorner_mnv2_224.onnx"
	MRZ           = "tessdata/mrz.traineddata"
)

// File describes one model file: what it is, where it comes from and what was
// measured with it.
type File struct {
	// Name is what templates, thresholds and messages call the model, and the
	// path of its file below a folder of models, with slashes.
	Name string `json:"name"`
	// File is that path where it is not Name.
	File string `json:"file,omitempty"`
	// SHA256 is the digest of the bytes that were measured, in hexadecimal.
	SHA256 string `json:"sha256"`
	// Bytes is the length.
	Bytes int64 `json:"bytes"`
	// Licence is an SPDX identifier.
	Licence string `json:"licence"`
	// Origin is repository, commit and path.
	Origin string `json:"origin"`
	// Purpose says what the product does with it.
	Purpose string `json:"purpose"`
	// Input and Output say how it is fed and read.
	Input  string `json:"input"`
	Output string `json:"output"`
	// Measured says what is known of its quality, and on what.
	Measured string `json:"measured"`
	// Thresholds are the decision points that belong to these very bytes.
	Thresholds []Threshold `json:"thresholds,omitempty"`
	// Embedding says how to run a model that turns aligned faces into
	// embeddings; nil for other models.
	Embedding *Embedding `json:"embedding,omitempty"`
}

// path is where the file lies below a folder of models.
func (f File) path() string {
	if f.File != "" {
		return f.File
	}
	return f.Name
}

// Threshold is a decision point with the error rates measured at it. A rate
// of zero errors in n trials is not a rate of zero: see Trials.
type Threshold struct {
	// Name is what the engine asks for: "same", "refer", "face", "bona_fide".
	Name string `json:"name"`
	// Value is compared with a score: at or above it the answer is Name.
	Value float64 `json:"value"`
	// FMR is the share of non-mated comparisons at or above Value, or the
	// APCER of a presentation attack detector.
	FMR float64 `json:"fmr"`
	// FNMR is the share of mated comparisons below Value, or the BPCER.
	FNMR float64 `json:"fnmr"`
	// Trials is how many of each kind were measured.
	Trials int `json:"trials"`
	// Measured names the data.
	Measured string `json:"measured"`
}

// Manifest lists every model file the product uses.
var Manifest = []File{
	{
		Name:     YuNet,
		SHA256:   "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
		Bytes:    232589,
		Licence:  "MIT",
		Origin:   "opencv/opencv_zoo, models/face_detection_yunet; ShiqiYu/libfacedetection.train @ 0047ac24, onnx/yunet_s_640_640.onnx",
		Purpose:  "finds faces and five points of each",
		Input:    "input: 1x3xHxW BGR 0..255, H and W multiples of 32",
		Output:   "cls, obj, bbox, kps at strides 8, 16, 32",
		Measured: "a face in 7701 of 7701 LFW images, a portrait in 60 of 68 document images; a macaque scored 0.91",
		Thresholds: []Threshold{
			{Name: "face", Value: 0.6, FNMR: 0, Trials: 7701, Measured: "LFW; faces where there are none were not counted"},
		},
	},
	{
		Name:    MobileFaceNet,
		SHA256:  "abd9b51bf105ad6df639fc83dc10b01eae02da248b81b9efd6bd33b2a9f82867",
		Bytes:   3985712,
		Licence: "Apache-2.0",
		Origin:  "foamliu/MobileFaceNet @ a6cc9032, weights/MobileFaceNet.onnx; Clip inputs folded to attributes, opset 10, weights unchanged",
		Purpose: "turns an aligned face into an embedding for comparison",
		Input:   "1x3x112x112 RGB, mean (123.675, 116.28, 103.53), scale 1/57.63",
		Output:  "1x128, to be brought to unit length; compared by cosine",
		Embedding: &Embedding{
			Side: 112, Alignment: AlignArcFace, Mean: [3]float64{123.675, 116.28, 103.53}, Scale: 1 / 57.63, SwapRB: true,
			Dimensions: 128, Mirror: true,
		},
		Measured: "LFW 6000 pairs, 10-fold 98.98 %, with the mirror image 99.07 %; plain image: equal error rate 1.20 % at 0.241, FMR 0.1 % at 0.314, at 0.363 FMR 0 of 3000 and FNMR 4.2 %; with our alignment see the thresholds",
		Thresholds: []Threshold{
			{Name: ThresholdSame, Value: 0.41, FMR: 0.000083, FNMR: 0.0387, Trials: 931, Measured: "all pairs of 807 LFW photographs: 27 of 324,290 non-mated and 36 of 931 mated wrong; the lowest hundredth with FMR at most 1 in 10,000"},
			{Name: ThresholdRefer, Value: 0.25, FMR: 0.0114, FNMR: 0.0075, Trials: 931, Measured: "all pairs of 807 LFW photographs: 3700 of 324,290 non-mated and 7 of 931 mated wrong"},
			{Name: ThresholdDuplicate, Value: 0.52, FMR: 0.0000031, FNMR: 0.104, Trials: 931, Measured: "all pairs of 807 LFW photographs: 1 of 324,290 non-mated and 97 of 931 mated wrong"},
		},
	},
	{
		Name:     MiniFASNetV2,
		SHA256:   "4433e871ef03f6c4c13de1757e63dcd69db14b6d7d9cff2319cb274c0f6dbecb",
		Bytes:    1750284,
		Licence:  "Apache-2.0",
		Origin:   "marcos4758/Silent-Face-Anti-Spoofing-Tests @ 1557f99a, resources/anti_spoof_models; weights of minivision-ai/Silent-Face-Anti-Spoofing",
		Purpose:  "presentation attack detection, first of a pair, crop 2.7 times the face",
		Input:    "1x3x80x80 BGR 0..255",
		Output:   "1x3 logits; class 1 is bona fide",
		Measured: "with its pair at 0.9: 5 of 5 bona fide pass, 6 of 6 prints and replays refused, cut-out and 3-D paper masks passed",
		Thresholds: []Threshold{
			{Name: "bona_fide", Value: 0.9, FMR: 0, FNMR: 0, Trials: 5, Measured: "mean of the pair; too few trials to rely on alone"},
		},
	},
	{
		Name:     MiniFASNetV1,
		SHA256:   "a8e67ffbaf39fa74c3b2ed673b530fcfb2f47379d0f26a52b71c2fc6473ec20f",
		Bytes:    1750909,
		Licence:  "Apache-2.0",
		Origin:   "marcos4758/Silent-Face-Anti-Spoofing-Tests @ 1557f99a, resources/anti_spoof_models; weights of minivision-ai/Silent-Face-Anti-Spoofing",
		Purpose:  "presentation attack detection, second of a pair, crop 4 times the face",
		Input:    "1x3x80x80 BGR 0..255",
		Output:   "1x3 logits; class 1 is bona fide",
		Measured: "see its pair",
	},
	{
		Name:     Landmarks68,
		SHA256:   "71462284cb08a349370d59174ec3ea49beb823ebc631a2a21cd11d0f7c8a888b",
		Bytes:    1433237,
		Licence:  "MIT",
		Origin:   "justadudewhohacks/face-api.js @ a86f011d, weights/face_landmark_68_model, converted",
		Purpose:  "68 points of a face, for the openness of the eyes",
		Input:    "1x3x112x112 RGB, mean (122.782, 117.001, 104.298), scale 1/255; square face box enlarged 1.1 times",
		Output:   "136 = 68 (x, y) in 0..1 of the crop, iBUG-68 order",
		Measured: "eye aspect ratio of open eyes 0.23 to 0.36",
	},
	{
		Name:     AgeSex,
		SHA256:   "f2b0ab04c6407b72ae38f863a0dee369ff554f8c4f73e3d2002ed303e88ed225",
		Bytes:    1692758,
		Licence:  "MIT",
		Origin:   "justadudewhohacks/face-api.js @ a86f011d, weights/age_gender_model, converted",
		Purpose:  "estimates age and sex, a hint for a reviewer, off by default",
		Input:    "1x3x112x112 RGB, mean (122.782, 117.001, 104.298), scale 1/256; square of the face box's longer side",
		Output:   "age: 1x1 years; gender: 1x2 softmax, male and female",
		Measured: "1185 UTKFace photographs: mean absolute error of age 5.2 years, sex wrong in 5.3 %; optimistic, it was trained on that set",
	},
	{
		Name:     Expression,
		SHA256:   "820141fa703a1a2f1ab79e48abc331678ab292b983dd3d4439629e0e40b056cc",
		Bytes:    1300660,
		Licence:  "MIT",
		Origin:   "justadudewhohacks/face-api.js @ a86f011d, weights/face_expression_model, converted",
		Purpose:  "estimates the expression, a hint for a reviewer, off by default",
		Input:    "1x3x112x112 RGB, mean (122.782, 117.001, 104.298), scale 1/255; square of half the distances eyes to mouth corners over 0.45, about eyes and mouth, moved down by 0.07 of it",
		Output:   "prob: 1x7 neutral, happy, sad, angry, fearful, disgusted, surprised",
		Measured: "wrong in 1 of 11 posed photographs and in 49 % of a FER2013 sample: a guess",
	},
	{
		Name:     DocCorners,
		SHA256:   "fa35a3a706702418de61c84c51ef459b8af640d95bc84b9cbc984ffd5b5a9284",
		Bytes:    2006161,
		Licence:  "MIT",
		Origin:   "mapo80/DocCornerNet-CoordClass @ 48696b88, mobilenetv2_224 checkpoint, converted",
		Purpose:  "finds the four corners of a document",
		Input:    "image: 1x3x224x224 RGB 0..255, the whole photograph squashed",
		Output:   "simcc_x, simcc_y: 4x224 logits, order TL TR BR BL; score: logit of presence",
		Measured: "60 synthetic composites: mean IoU 0.961, corner error median 5 px of 800",
	},
	{
		Name:     MRZ,
		SHA256:   "ece2a54f125a73792f9cec74e6f8e62f6e5e00c7f19153ba865af689be5b5f01",
		Bytes:    1452847,
		Licence:  "BSD-3-Clause",
		Origin:   "DoubangoTelecom/tesseractMRZ @ 1e7adfec, tessdata_fast/mrz.traineddata",
		Purpose:  "reads machine readable zones (Tesseract LSTM)",
		Input:    "crop of the MRZ about 1400 px wide, page segmentation mode 6, A-Z 0-9 <",
		Output:   "text",
		Measured: "68 specimen documents: 56 exact, 0.6 % character error",
	},
}

// Lookup returns the manifest's entry of a file.
func Lookup(name string) (File, bool) { return find(Manifest, name) }

func find(files []File, name string) (File, bool) {
	for _, f := range files {
		if f.Name == name {
			return f, true
		}
	}
	return File{}, false
}

// Threshold returns the decision point of that name, or false: an engine
// without its threshold must not decide.
func (f File) Threshold(name string) (Threshold, bool) {
	for _, t := range f.Thresholds {
		if t.Name == name {
			return t, true
		}
	}
	return Threshold{}, false
}
