package pinfile

import (
	"crypto/sha1"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestTheOrderOfAFileIsFound(t *testing.T) {
	tests := []struct {
		names string
		want  Order
	}{
		{"", Free},
		{"a", Free},
		{"a b", Free},
		{"a b c", ByName},
		{"a B_c b-d", ByName},
		{"a_a aab", Free},
		{"a-x a.b b", ByLowerName},
		{"C b-x B.y", Free},
		{"B C a", ByExactName},
		{"c a b", Free},
		{"voluptuous chardet enum-compat rsa restructuredtext-lint netmiko", ByNameDigest},
	}
	for _, test := range tests {
		f := mustParse(t, pinLines(strings.Fields(test.names)))
		if got := f.Order(); got != test.want {
			t.Errorf("%s: %v, want %v", test.names, got, test.want)
		}
	}
}

func pinLines(names []string) string {
	var b strings.Builder
	for _, name := range names {
		b.WriteString(name + "===1.0\n")
	}
	return b.String()
}

// Insertion in any order of a sorted file's lines, one by one, sorts them.
func TestAddKeepsASortedFileSorted(t *testing.T) {
	names := strings.Fields("Alpha aa.b aa-c beta Gamma_x gamma.y z.a z-b delta Epsilon zeta eta theta iota kappa Lambda mu nu xi omicron pi rho sigma tau")
	for _, o := range []Order{ByName, ByLowerName, ByExactName, ByNameDigest} {
		sorted := slices.Clone(names)
		sort.SliceStable(sorted, func(i, j int) bool { return o.key(sorted[i]) < o.key(sorted[j]) })
		random := rand.New(rand.NewPCG(3, 4))
		for range 20 {
			base := slices.Clone(sorted)
			out := random.IntN(len(base))
			base = slices.Delete(base, out, out+1)
			f, err := mustParse(t, pinLines(base)).Add(sorted[out], "1.0", "")
			if err != nil {
				t.Fatal(err)
			}
			if string(f.Bytes()) != pinLines(sorted) {
				t.Errorf("%v: adding %s gives\n%s", o, sorted[out], f.Bytes())
			}
		}
	}
}

func TestLinesOutOfOrderMisleadNobody(t *testing.T) {
	var names []string
	for c := 'a'; c <= 'z'; c++ {
		names = append(names, string(c)+"1", string(c)+"3")
	}
	withStray := slices.Insert(slices.Clone(names), 10, "z9") // between e3 and f1
	f, err := mustParse(t, pinLines(withStray)).Add("m2", "1.0", "")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(f.Bytes()), "m1===1.0\nm2===1.0\nm3===1.0\n") {
		t.Errorf("got\n%s", f.Bytes())
	}
}

// inOrder against all subsequences.
func TestInOrderIsALongestSubsequenceThatDoesNotFall(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		keys := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "d", "e"}), 0, 10).Draw(t, "keys")
		got := inOrder(keys)
		if !slices.IsSorted(got) || !slices.IsSortedFunc(got, func(i, j int) int { return strings.Compare(keys[i], keys[j]) }) {
			t.Fatalf("%v of %v falls", got, keys)
		}
		longest := 0
		for set := range 1 << len(keys) {
			var picked []string
			for i, key := range keys {
				if set>>i&1 == 1 {
					picked = append(picked, key)
				}
			}
			if slices.IsSorted(picked) {
				longest = max(longest, len(picked))
			}
		}
		if len(got) != longest {
			t.Fatalf("%v of %v, longest is %d", got, keys, longest)
		}
	})
}

func TestTheDigestIsOfTheNameAsSpelled(t *testing.T) {
	sum := sha1.Sum([]byte("PasteDeploy"))
	if ByNameDigest.key("PasteDeploy") != string(sum[:]) || ByNameDigest.key("pastedeploy") == string(sum[:]) {
		t.Error("the digest is of another text")
	}
}
