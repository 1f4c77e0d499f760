package api

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/kyc"
)

// profileFields is the order of the fields on the profile page.
var profileFields = []string{
	"given_names", "family_names", "birth_date", "birth_place", "sex", "nationality",
	"phone", "email", "username", "consent_identity_proofing", "consent_biometrics",
}

// typed returns what a person typed into the named fields, for showing it
// again.
func typed(c *gin.Context, names ...string) map[string]string {
	out := make(map[string]string, len(names))
	for _, name := range names {
		out[name] = c.PostForm(name)
	}
	return out
}

// postedProfile reads the profile's fields.
func postedProfile(c *gin.Context) (kyc.Profile, map[string]string) {
	in := typed(c, append([]string{"birth_day", "birth_month", "birth_year"}, profileFields...)...)
	return kyc.Profile{
		GivenNames: in["given_names"], FamilyNames: in["family_names"], BirthPlace: in["birth_place"],
		BirthDate: joinDate(in["birth_year"], in["birth_month"], in["birth_day"]),
		Sex:       in["sex"], Nationality: in["nationality"], Phone: in["phone"], Email: in["email"], Username: in["username"],
	}, in
}

// joinDate makes YYYY-MM-DD of three fields. Nothing typed at all is empty;
// what is no number stays wrong, so that the flow refuses it.
func joinDate(year, month, day string) string {
	parts := []string{strings.TrimSpace(year), strings.TrimSpace(month), strings.TrimSpace(day)}
	if strings.Join(parts, "") == "" {
		return ""
	}
	var n [3]int
	for i, p := range parts {
		v, err := strconv.Atoi(p)
		if err != nil || v < 0 {
			return strings.Join(parts, "/")
		}
		n[i] = v
	}
	return fmt.Sprintf("%04d-%02d-%02d", n[0], n[1], n[2])
}

// profileForm is the opposite of postedProfile.
func profileForm(p kyc.Profile) map[string]string {
	out := map[string]string{
		"given_names": p.GivenNames, "family_names": p.FamilyNames, "birth_place": p.BirthPlace, "sex": p.Sex,
		"nationality": p.Nationality, "phone": p.Phone, "email": p.Email, "username": p.Username,
	}
	if parts := strings.Split(p.BirthDate, "-"); len(parts) == 3 {
		out["birth_year"] = parts[0]
		out["birth_month"], out["birth_day"] = strings.TrimLeft(parts[1], "0"), strings.TrimLeft(parts[2], "0")
	}
	return out
}
