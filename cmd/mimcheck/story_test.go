//go:build !race

// The story is whole runs, one after the other; other tests run the same code.

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/oasc/mimcheck/internal/embedded"
	"github.com/oasc/mimcheck/internal/reference"
)

// The story of one city, from its Letter of Intent to a certificate that has expired, as
// people type it: the city, the Working Group, and whoever asks years later.
func Example() {
	dir, err := os.MkdirTemp("", "mimcheck-story")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	city, err := embedded.Start("127.0.0.1:0", reference.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer city.Close()
	ledger, passphrase := filepath.Join(dir, "ledger.db"), filepath.Join(dir, "passphrase.txt")
	if err := os.WriteFile(passphrase, []byte("a passphrase of the story\n"), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	plain := strings.NewReplacer(ledger, "the ledger", dir+string(filepath.Separator), "", city.URL, "https://broker.villaclara.example")
	// typed runs a command, in whose line DIR/ and URL stand for what is another each time,
	// and shows those of its lines that have one of some words.
	typed := func(line string, show ...string) {
		args := typed(strings.NewReplacer("DIR/", dir+string(filepath.Separator), "URL", city.URL).Replace(line))
		if args[0] != "key" && args[0] != "report" { // which know no ledger
			args = append(args, "--ledger", ledger)
		}
		var out bytes.Buffer
		code := execute(context.Background(), args, &out, &out)
		fmt.Printf("$ mimcheck %s  # %d\n", strings.NewReplacer("DIR/", "", "URL", "https://broker.villaclara.example").Replace(line), code)
		for _, said := range strings.Split(out.String(), "\n") {
			for _, word := range show {
				if strings.Contains(said, word) {
					fmt.Println(strings.TrimRight(plain.Replace(said), " "))
					break
				}
			}
		}
	}

	typed(`member letter sign Villaclara --country ES --by "Ana Ruiz" --role mayor --on 2020-02-03`, "recorded")
	typed(`member letter approve Villaclara --by "Board meeting of February" --on 2020-02-10`, "refused")
	typed(`member letter send Villaclara --on 2020-02-05`)
	typed(`member letter approve Villaclara --by "Board meeting of April" --on 2020-04-01`)
	typed(`chapter join Villaclara --on 2020-04-20`)
	typed(`chapter nominate "Ana Ruiz" --member Villaclara --on 2020-05-01`)
	typed(`status --member Villaclara --as-of 2020-06-01`, "MIM1 Context", "due")
	typed(`activity record practice "One model of parking for three towns" --member Villaclara --on 2023-09-14`)
	typed(`run --member Villaclara --mim MIM2 --claim MIM2 --out DIR/report`, "recorded for")
	typed(`status --member Villaclara --timeline`, "begins", "overdue")
	typed(`member card Villaclara`, "  MIM2 ", "approved by", "practice")

	// The city files a run of its own platform, and the Working Group makes it again.
	typed(`run --url URL --profile sandbox --rate -1 --mim MIM2 --claim MIM2 --out DIR/own`)
	typed(`certificate file DIR/own/run.mimcheck.zip --member Villaclara --by "Ana Ruiz"`, "BundleFiled")
	typed(`run --url URL --profile sandbox --rate -1 --mim MIM2 --claim MIM2 --out DIR/witnessed`)
	typed(`key new DIR/larsen --passphrase-file DIR/passphrase.txt`)
	typed(`key new DIR/madsen --passphrase-file DIR/passphrase.txt`)
	typed(`report sign DIR/witnessed/run.mimcheck.zip --key DIR/larsen.key --passphrase-file DIR/passphrase.txt`)
	issue := `certificate issue DIR/own/run.mimcheck.zip DIR/witnessed/run.mimcheck.zip --member Villaclara --id villaclara-1 --url "https://example.org/{id}" ` +
		`--runner "B. Larsen" --runner-key DIR/larsen.pub --passphrase-file DIR/passphrase.txt --out DIR/villaclara-1.certificate.json `
	typed(issue+`--issuer "B. Larsen" --key DIR/larsen.key`, "four-eyes", "remedy")
	typed(issue+`--issuer "C. Madsen" --key DIR/madsen.key`, "conformant in")
	typed(`status --member Villaclara`, "MIM2 Shared")
	typed(`certificate list --out DIR/status.json --next-update 2099-12-31 --key DIR/madsen.key --passphrase-file DIR/passphrase.txt`)
	typed(`certificate verify DIR/villaclara-1.certificate.json --key DIR/madsen.pub --status-list DIR/status.json`)

	// Years later.
	typed(`certificate verify DIR/villaclara-1.certificate.json --key DIR/madsen.pub --status-list DIR/status.json --as-of 2099-01-31`)
	typed(`status --member Villaclara --as-of 2099-01-31`, "MIM2 Shared")
	typed(`ledger verify`)

	// Output:
	// $ mimcheck member letter sign Villaclara --country ES --by "Ana Ruiz" --role mayor --on 2020-02-03  # 0
	// recorded in the ledger: LetterSigned (event 1 of villaclara)
	// $ mimcheck member letter approve Villaclara --by "Board meeting of February" --on 2020-02-10  # 2
	// mimcheck: refused by the rule letter-order (the Letter of Intent is signed, then sent to the secretariat, then approved by the Board): the stage of Villaclara is letterSigned: expected letterSent; nothing was recorded
	// $ mimcheck member letter send Villaclara --on 2020-02-05  # 0
	// $ mimcheck member letter approve Villaclara --by "Board meeting of April" --on 2020-04-01  # 0
	// $ mimcheck chapter join Villaclara --on 2020-04-20  # 0
	// $ mimcheck chapter nominate "Ana Ruiz" --member Villaclara --on 2020-05-01  # 0
	// $ mimcheck status --member Villaclara --as-of 2020-06-01  # 0
	//   MIM1 Context Information Management             notStarted
	//     due    start by 2021-04-01, implement by 2022-04-01
	//     due    start by 2021-04-01, implement by 2022-04-01
	//     due    start by 2021-04-01, implement by 2022-04-01
	// $ mimcheck activity record practice "One model of parking for three towns" --member Villaclara --on 2023-09-14  # 0
	// $ mimcheck run --member Villaclara --mim MIM2 --claim MIM2 --out report  # 0
	// recorded for Villaclara in the ledger (event 5); see `mimcheck status --member "Villaclara"`
	// $ mimcheck status --member Villaclara --timeline  # 0
	//   2020-04-01  oasc-2019-01-16 MIM1 MIM2 MIM3  begins: notStarted  No run of it is recorded.
	//   2021-04-02  oasc-2019-01-16 MIM1 MIM2 MIM3  overdue             Experiments were to start by 2021-04-01. No run of it is recorded.
	// $ mimcheck member card Villaclara  # 0
	//   MIM2 Shared Data Models                         overdue (experimenting)
	//   2020-04-01  approved by the Board
	//   2023-09-14  practice: One model of parking for three towns
	// $ mimcheck run --url https://broker.villaclara.example --profile sandbox --rate -1 --mim MIM2 --claim MIM2 --out own  # 0
	// $ mimcheck certificate file own/run.mimcheck.zip --member Villaclara --by "Ana Ruiz"  # 0
	// recorded in the ledger: BundleFiled (event 7 of villaclara)
	// $ mimcheck run --url https://broker.villaclara.example --profile sandbox --rate -1 --mim MIM2 --claim MIM2 --out witnessed  # 0
	// $ mimcheck key new larsen --passphrase-file passphrase.txt  # 0
	// $ mimcheck key new madsen --passphrase-file passphrase.txt  # 0
	// $ mimcheck report sign witnessed/run.mimcheck.zip --key larsen.key --passphrase-file passphrase.txt  # 0
	// $ mimcheck certificate issue own/run.mimcheck.zip witnessed/run.mimcheck.zip --member Villaclara --id villaclara-1 --url "https://example.org/{id}" --runner "B. Larsen" --runner-key larsen.pub --passphrase-file passphrase.txt --out villaclara-1.certificate.json --issuer "B. Larsen" --key larsen.key  # 1
	//   four-eyes: Who issues the certificate is not who made the witnessed run, and their keys are two.
	//     remedy  Let another person of the Working Group issue it, with a key of their own.
	// $ mimcheck certificate issue own/run.mimcheck.zip witnessed/run.mimcheck.zip --member Villaclara --id villaclara-1 --url "https://example.org/{id}" --runner "B. Larsen" --runner-key larsen.pub --passphrase-file passphrase.txt --out villaclara-1.certificate.json --issuer "C. Madsen" --key madsen.key  # 0
	// conformant in  MIM2 of oasc-2019-01-16 (OASC Minimal Interoperability Mechanisms, initial set of 2019)
	// $ mimcheck status --member Villaclara  # 0
	//   MIM2 Shared Data Models                         implemented
	// $ mimcheck certificate list --out status.json --next-update 2099-12-31 --key madsen.key --passphrase-file passphrase.txt  # 0
	// $ mimcheck certificate verify villaclara-1.certificate.json --key madsen.pub --status-list status.json  # 0
	// $ mimcheck certificate verify villaclara-1.certificate.json --key madsen.pub --status-list status.json --as-of 2099-01-31  # 1
	// $ mimcheck status --member Villaclara --as-of 2099-01-31  # 0
	//   MIM2 Shared Data Models                         lapsed
	// $ mimcheck ledger verify  # 0
}
