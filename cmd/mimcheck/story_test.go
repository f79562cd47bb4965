package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// The story of one city, from its Letter of Intent to its status, as a person types it.
func Example() {
	dir, err := os.MkdirTemp("", "mimcheck-story")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	ledger, report := filepath.Join(dir, "ledger.db"), filepath.Join(dir, "report")
	// typed runs a command and shows those of its lines that have one of some words.
	typed := func(line string, show ...string) {
		args := append(typed(line), "--ledger", ledger)
		var out bytes.Buffer
		code := execute(context.Background(), args, &out, &out)
		fmt.Printf("$ mimcheck %s  # %d\n", strings.ReplaceAll(line, report, "report"), code)
		for _, said := range strings.Split(out.String(), "\n") {
			for _, word := range show {
				if strings.Contains(said, word) {
					fmt.Println(strings.TrimRight(strings.ReplaceAll(said, ledger, "the ledger"), " "))
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
	typed(`run --member Villaclara --out `+report, "recorded for")
	typed(`status --member Villaclara --timeline`, "begins", "overdue")
	typed(`member card Villaclara`, "  MIM1 ", "approved by", "practice")
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
	// $ mimcheck run --member Villaclara --out report  # 0
	// recorded for Villaclara in the ledger (event 5); see `mimcheck status --member "Villaclara"`
	// $ mimcheck status --member Villaclara --timeline  # 0
	//   2020-04-01  oasc-2019-01-16 MIM1 MIM2 MIM3  begins: notStarted  No run of it is recorded.
	//   2021-04-02  oasc-2019-01-16 MIM1 MIM2 MIM3  overdue             Experiments were to start by 2021-04-01. No run of it is recorded.
	// $ mimcheck member card Villaclara  # 0
	//   MIM1 Context Information Management             overdue (experimenting)
	//   2020-04-01  approved by the Board
	//   2023-09-14  practice: One model of parking for three towns
	// $ mimcheck ledger verify  # 0
}
