package api

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/templates"
)

// lastPages ask the last questions (E7) and tell what became of it.
type lastPages struct{ *Server }

// Mount adds the routes.
func (p *lastPages) Mount(r gin.IRouter) {
	r.GET("/enroll/questions", p.do(p.questions))
	r.POST("/enroll/questions", p.do(p.answer))
	r.GET("/enroll/outcome", p.do(p.outcome))
}

func (p *lastPages) questions(c *gin.Context) error {
	e, err := p.at(c, "/enroll/questions")
	if e == nil {
		return err
	}
	return p.page(c, http.StatusOK, "questions", templates.View{Step: "questions", Form: e.Data.Answers})
}

func (p *lastPages) answer(c *gin.Context) error {
	e, err := p.enrollment(c)
	if err != nil {
		return err
	}
	in := typed(c, kyc.QuestionNames()...)
	for name, answer := range in {
		in[name] = strings.TrimSpace(answer)
	}
	if err := p.Flow.AnswerQuestions(c.Request.Context(), e.ID, in); err != nil {
		shown, rest := faults(err, kyc.QuestionNames()...)
		if rest != nil {
			return rest
		}
		return p.page(c, faultStatus(err), "questions", templates.View{Step: "questions", Path: "/enroll/questions", Form: in, Faults: shown})
	}
	return redirect(c, "/enroll")
}

func (p *lastPages) outcome(c *gin.Context) error {
	e, err := p.at(c, "/enroll/outcome")
	if e == nil {
		return err
	}
	var reasons []kyc.Reason
	if d := e.Data.Decision; d != nil && e.State() == kyc.Rejected {
		reasons = d.Reasons
	}
	return p.page(c, http.StatusOK, "outcome", templates.View{
		Data: map[string]any{"State": string(e.State()), "Reasons": reasons},
	})
}
