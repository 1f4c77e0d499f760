package main

import "math"

// interval is the exact 95 % interval of Clopper and Pearson (1934) for a rate
// of k in n: it holds the true rate in at least 95 of 100 such experiments,
// however small n is. Without any trial it is everything.
func interval(k, n int) [2]float64 {
	const tail = 0.025
	bounds := [2]float64{0, 1}
	if k > 0 {
		bounds[0] = solve(func(p float64) bool { return 1-atMost(k-1, n, p) < tail })
	}
	if k < n {
		bounds[1] = solve(func(p float64) bool { return atMost(k, n, p) > tail })
	}
	return bounds
}

// solve finds where below stops to hold, from 0 to 1.
func solve(below func(p float64) bool) float64 {
	low, high := 0.0, 1.0
	for range 50 {
		if p := (low + high) / 2; below(p) {
			low = p
		} else {
			high = p
		}
	}
	return (low + high) / 2
}

// atMost is the probability of at most k successes in n trials of probability p.
func atMost(k, n int, p float64) float64 {
	all, _ := math.Lgamma(float64(n + 1))
	sum := 0.0
	for i := range k + 1 {
		chosen, _ := math.Lgamma(float64(i + 1))
		rest, _ := math.Lgamma(float64(n - i + 1))
		sum += math.Exp(all - chosen - rest + float64(i)*math.Log(p) + float64(n-i)*math.Log1p(-p))
	}
	return math.Min(sum, 1)
}
