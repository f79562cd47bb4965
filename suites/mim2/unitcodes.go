package mim2

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// unitCodeRanges are the codes of UN/CEFACT Recommendation 20 (units of measure)
// that are in force, a code or a range of codes with the same letters a word.
// Recommendation 21's codes of packages (X and two characters) are no units that
// something is measured in, and are left out.
const unitCodeRanges = `
10 11 13-15 20-25 27 28 33-35 37 38 40 41 56-61 64 66 74 76-78 80 81 84 85 87 89 91
1I 2A-2C 2G-2N 2P-2R 2U 2X-2Z 3B 3C 4C 4G 4H 4K-4R 4T 4U 4W 4X 5A 5B 5E 5J
A1-A9 A10-A45 A47-A71 A73-A91 A93-A99 AA AB ACR ACT AD AE AH AI AK AL AMH AMP ANN APZ AQ ARE AS ASM ASU ATM ATT AY AZ
B1 B3 B4 B7 B8 B10-B99 BAR BB BFT BHP BIL BLD BLL BP BQL BTU BUA BUI
C0 C3 C7 C8 C9 C10-C76 C78-C97 C99 CCT CDL CEL CEN CG CGM CKG CLF CLT CMK CMQ CMT CNP CNT COU CTG CTM CTN CUR CWA CWI
D03 D04 D1 D2 D5 D6 D9 D10-D13 D15-D27 D29-D39 D41-D63 D65 D68-D78 D80-D83 D85-D89 D91 D93-D95
DAA DAD DAY DB DD DEC DG DJ DLT DMA DMK DMO DMQ DMT DN DPC DPR DPT DRA DRI DRL DT DTN DU DWT DX DZN DZP
E01 E07-E10 E4 E11 E12 E14-E23 E25 E27 E28 E30-E99 EA EB EQ
F01-F08 F10-F99 FAH FAR FBM FC FF FH FIT FL FOT FP FR FS FTK FTQ
G01 G04-G06 G08-G21 G2 G3 G23-G99 GB GBQ GDW GE GF GFI GGR GIA GIC GII GIP GJ GL GLD GLI GLL GM GO GP GQ GRM GRN GRO GRT GT GV GWH
H03-H16 H18-H85 H87-H96 H98 H99 HA HAR HBA HBX HC HDW HEA HGM HH HIU HJ HKM HLT HM HMQ HMT HN HP HPA HTZ HUR
IA IE INH INK INQ ISD IU IV J2 J10 J12-J36 J38-J76 J78 J79 J81-J85 J87 J89-J99 JE JK JM JNT JOU JPS JWL
K1 K2 K3 K5 K6 K10-K28 K30-K43 K45-K55 K58-K71 K73-K99 KA KAT KB KBA KCC KDW KEL KGM KGS KHY KHZ KI KIC KIP KJ KJO KL KLK KLX
KMA KMH KMK KMQ KMT KNI KNS KNT KO KPA KPH KPO KPP KR KSD KSH KT KTN KUR KVA KVR KVT KW KWH KWO KWT KX
L2 L10-L21 L23-L60 L63-L96 L98 L99 LA LAC LBR LBT LD LEF LF LH LK LM LN LO LP LPA LR LS LTN LTR LUB LUM LUX LY
M1 M4 M5 M7 M9 M10-M27 M29-M53 M55-M99 MAH MAL MAM MAR MAW MBE MBF MBR MC MCU MD MGM MHZ MIK MIL MIN MIO MIU MLD MLT
MMK MMQ MMT MND MON MPA MQH MQS MSK MTK MTQ MTR MTS MVA MWH N1 N3 N10-N99
NA NAR NCL NEW NF NIL NIU NL NMI NMP NPR NPT NQ NR NT NTT NU NX OA ODE OHM ON ONZ OT OZ OZA OZI
P1 P2 P5 P10-P99 PAL PD PFL PGL PI PLA PO PQ PR PS PT PTD PTI PTL Q3 Q10-Q28 QA QAN QB QR QT QTD QTI QTL QTR
R1 R9 RH RM ROM RP RPM RPS RT S3 S4 SAN SCO SCR SEC SET SG SHT SIE SMI SQ SQR SR STC STI STK STL STN STW SW SX SYR
T0 T3 TAH TAN TI TIC TIP TKM TMS TNE TP TPR TQD TRL TST TTS U1 U2 UA UB UC VA VLT VP
W2 WA WB WCD WE WEB WEE WG WHR WM WSD WTT WW X1 YDK YDQ YRD Z11 ZP ZZ
`

// unitCodes is the set of codes.
var unitCodes = sync.OnceValue(func() map[string]bool {
	codes := map[string]bool{}
	for _, word := range strings.Fields(unitCodeRanges) {
		first, last, isRange := strings.Cut(word, "-")
		if !isRange {
			codes[word] = true
			continue
		}
		for _, code := range between(first, last) {
			codes[code] = true
		}
	}
	return codes
})

// between lists the codes from first to last, which differ in their number, or in
// their last letter when they have no number.
func between(first, last string) []string {
	letters := strings.TrimRight(first, "0123456789")
	digits := strings.TrimPrefix(first, letters)
	var list []string
	if digits == "" { // 2A-2C
		stem := first[:len(first)-1]
		for c := first[len(first)-1]; c <= last[len(last)-1]; c++ {
			list = append(list, stem+string(rune(c)))
		}
		return list
	}
	from, _ := strconv.Atoi(digits)
	to, _ := strconv.Atoi(strings.TrimPrefix(last, letters))
	for n := from; n <= to; n++ {
		list = append(list, fmt.Sprintf("%s%0*d", letters, len(digits), n))
	}
	return list
}
