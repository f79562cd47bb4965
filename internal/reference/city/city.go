// Package city is the sample data of the reference platform: the made-up city of
// Halverstad, with entities of well-known data models and the @context of their
// names. The data are the same at every call.
package city

import (
	_ "embed"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/oasc/mimcheck/internal/ngsild"
)

//go:embed context.jsonld
var context []byte

// Context is the @context document of the city's names. Its terms have the IRIs of
// the data models' own contexts; a term that several models use belongs to one of
// them, and the others' have a prefix, such as poi:category.
func Context() []byte { return slices.Clone(context) }

// observed is when the sample measurements were made.
const observed = "2025-03-14T09:30:00Z"

// Units of UN/CEFACT Recommendation 20.
const (
	microgramPerCubicMetre = "GQ"
	celsius                = "CEL"
	hectopascal            = "A97"
	metrePerSecond         = "MTS"
	kilometrePerHour       = "KMH"
	degree                 = "DD"
	metre                  = "MTR"
	watt                   = "WTT"
	millimetre             = "MMT"
	one                    = "C62"
)

type object = ngsild.Object

// districts of the city, each a scope with a centre.
var districts = [...]struct {
	name string
	at   [2]float64
}{
	{"Harbour", [2]float64{4.2150, 52.9420}},
	{"OldTown", [2]float64{4.2010, 52.9360}},
	{"Garden", [2]float64{4.1870, 52.9310}},
	{"Works", [2]float64{4.2290, 52.9270}},
}

// Entities are the city's entities, normalized, with the terms of Context.
func Entities() []ngsild.Object {
	var all []ngsild.Object
	all = append(all, places()...)
	all = append(all, devices()...)
	all = append(all, airQuality()...)
	all = append(all, weather()...)
	all = append(all, parking()...)
	all = append(all, streetlights()...)
	all = append(all, containers()...)
	all = append(all, traffic()...)
	return all
}

// The measurements of the city were made so often before the present state, and with so
// much time between them: for a day.
const (
	PastReadings = 12
	BetweenThem  = 2 * time.Hour
)

// Earlier is a made-up measurement of so many readings ago: what it is now, or up to an
// eighth less. A whole number stays one.
func Earlier(value float64, whole bool, ago int) float64 {
	value *= 1 - float64(7*ago%9)/64
	if whole {
		return math.Round(value)
	}
	return math.Round(value*100) / 100
}

func id(kind string, n int) string { return fmt.Sprintf("urn:ngsi-ld:%s:Halverstad:%03d", kind, n+1) }

// entity is an entity with what all of the city's have.
func entity(kind string, n int, east, north float64, attributes ...any) object {
	d := districts[n%len(districts)]
	e := ngsild.Entity(id(kind, n), kind, attributes...)
	e["scope"] = "/Halverstad/" + d.name
	e["location"] = ngsild.GeoProperty(point(n, east, north))
	return e
}

// point is in the district of n, some metres to the east and north of its centre.
func point(n int, east, north float64) object {
	c := districts[n%len(districts)].at
	round := func(v float64) float64 { return math.Round(v*1e6) / 1e6 }
	return ngsild.Point(round(c[0]+east/67000), round(c[1]+north/111000))
}

func measured(value any, unit string, more ...any) object {
	return ngsild.Property(value, append([]any{"unitCode", unit, "observedAt", observed}, more...)...)
}

func address(street string) object {
	return ngsild.Property(object{"streetAddress": street, "addressLocality": "Halverstad", "postalCode": "90210", "addressCountry": "XX"})
}

func list(items ...any) object { return ngsild.Property(items) }

// vary is a made-up measurement: a value around mean that differs with n.
func vary(n int, mean, spread float64) float64 {
	return math.Round((mean+spread*math.Sin(float64(7*n+3)))*10) / 10
}

func places() []object {
	names := [...]struct{ category, en, nl, street string }{
		{"landmark", "Lighthouse", "Vuurtoren", "1 Pier Road"},
		{"museum", "Museum of Tides", "Getijdenmuseum", "4 Quay Street"},
		{"park", "Botanical Garden", "Hortus", "12 Willow Lane"},
		{"library", "Central Library", "Centrale bibliotheek", "7 Foundry Square"},
		{"marina", "City Marina", "Stadshaven", "20 Pier Road"},
		{"townHall", "Town Hall", "Stadhuis", "1 Market Place"},
	}
	var all []object
	for n, p := range names {
		all = append(all, entity("PointOfInterest", n, 40*float64(n), 25,
			"name", ngsild.LanguageProperty(object{"en": p.en, "nl": p.nl}),
			"poi:category", list(p.category),
			"address", address(p.street)))
	}
	return all
}

func devices() []object {
	var all []object
	for n := range 6 {
		all = append(all, entity("Device", n, 12, 40*float64(n),
			"device:deviceCategory", list("sensor"),
			"controlledProperty", list("airPollution"),
			"batteryLevel", measured(math.Round(100-float64(9*n))/100, one),
			"device:serialNumber", ngsild.Property(fmt.Sprintf("HV-AQ-%04d", 1200+n)),
			"dateInstalled", ngsild.Property("2023-09-01T08:00:00Z")))
	}
	return all
}

func airQuality() []object {
	levels := [...]string{"good", "fair", "moderate"}
	var all []object
	for n := range 6 {
		fine := vary(n, 9, 4)
		all = append(all, entity("AirQualityObserved", n, 12, 40*float64(n),
			"name", ngsild.LanguageProperty(object{"en": fmt.Sprintf("Air station %d", n+1), "nl": fmt.Sprintf("Luchtmeetpunt %d", n+1)}),
			"dateObserved", ngsild.Property(observed),
			"typeofLocation", ngsild.Property("outdoor"),
			"no2", measured(vary(n, 22, 9), microgramPerCubicMetre, "reliability", ngsild.Property(0.9)),
			"pm10", measured(vary(n+1, 18, 6), microgramPerCubicMetre),
			"pm25", []any{
				measured(fine, microgramPerCubicMetre),
				measured(math.Round((fine+0.7)*10)/10, microgramPerCubicMetre, "datasetId", "urn:ngsi-ld:Dataset:Halverstad:mobile"),
			},
			"o3", measured(vary(n+2, 55, 12), microgramPerCubicMetre),
			"airQualityIndex", measured(2+n%3, one),
			"airQualityLevel", ngsild.Property(levels[n%3]),
			"reliability", ngsild.Property(0.85),
			"refDevice", ngsild.Relationship(id("Device", n)),
			"refPointOfInterest", ngsild.Relationship(id("PointOfInterest", n))))
	}
	return all
}

func weather() []object {
	kinds := [...]string{"partlyCloudy", "clearDay", "lightRain", "overcast"}
	var all []object
	for n := range 4 {
		all = append(all, entity("WeatherObserved", n, -60, 15,
			"name", ngsild.Property("Weather station "+districts[n].name),
			"dateObserved", ngsild.Property(observed),
			"temperature", measured(vary(n, 11, 2), celsius),
			"relativeHumidity", measured(math.Round(vary(n, 68, 9))/100, one),
			"atmosphericPressure", measured(vary(n, 1014, 3), hectopascal),
			"windSpeed", measured(vary(n, 5, 2), metrePerSecond),
			"windDirection", measured(210+12*n, degree),
			"weather:precipitation", measured(0.2*float64(n%2), millimetre),
			"weatherType", ngsild.Property(kinds[n]),
			"weather:refPointOfInterest", ngsild.Relationship(id("PointOfInterest", n))))
	}
	return all
}

func parking() []object {
	var all []object
	for n := range 4 {
		total, taken := 120+40*n, 75+31*n
		area := []any{}
		for _, corner := range [][2]float64{{0, 0}, {60, 0}, {60, 45}, {0, 45}, {0, 0}} {
			area = append(area, point(n, corner[0]-120, corner[1]-80)["coordinates"])
		}
		e := entity("OffStreetParking", n, 0, 0,
			"name", ngsild.LanguageProperty(object{"en": "Car park " + districts[n].name, "nl": "Parkeerterrein " + districts[n].name}),
			"category", list("public", "feeCharged", "shortTerm"),
			"allowedVehicleType", list("car", "motorcycle"),
			"layout", list("singleLevel", "openSpace"),
			"totalSpotNumber", ngsild.Property(total),
			"availableSpotNumber", ngsild.Property(total-taken, "observedAt", observed),
			"occupiedSpotNumber", ngsild.Property(taken, "observedAt", observed),
			"occupancy", measured(math.Round(100*float64(taken)/float64(total))/100, one),
			"status", list("open", "spacesAvailable"),
			"address", address(fmt.Sprintf("%d Ring Road", 30+2*n)))
		e["location"] = ngsild.GeoProperty(object{"type": "Polygon", "coordinates": []any{area}})
		all = append(all, e)
	}
	states := [...]string{"free", "occupied", "occupied", "free", "closed"}
	for n := range 12 {
		all = append(all, entity("ParkingSpot", n, -110+3*float64(n/4), -70,
			"name", ngsild.Property(fmt.Sprintf("P%02d", n+1)),
			"category", list("offStreet"),
			"status", ngsild.Property(states[n%len(states)], "observedAt", observed),
			"width", measured(2.5, metre),
			"length", measured(5, metre),
			"refParkingSite", ngsild.Relationship(id("OffStreetParking", n%4))))
	}
	return all
}

func streetlights() []object {
	places := [...]string{"sidewalk", "road", "park", "facade"}
	var all []object
	for n := range 12 {
		status, power := "ok", "on"
		if n == 5 {
			status, power = "defectiveLamp", "off"
		}
		all = append(all, entity("Streetlight", n, 20*float64(n/4), -30,
			"areaServed", ngsild.Property(districts[n%4].name),
			"status", ngsild.Property(status, "observedAt", observed),
			"powerState", ngsild.Property(power, "observedAt", observed),
			"illuminanceLevel", measured(math.Round(vary(n, 70, 15))/100, one),
			"lanternHeight", ngsild.Property(6+n%4, "unitCode", metre),
			"powerConsumption", measured(vary(n, 48, 5), watt),
			"locationCategory", ngsild.Property(places[n%4]),
			"dateLastLampChange", ngsild.Property("2024-10-02T13:00:00Z")))
	}
	return all
}

func containers() []object {
	kinds := [...]string{"paper", "glass", "plastic", "organic", "other"}
	var all []object
	for n := range 10 {
		all = append(all, entity("WasteContainer", n, 35*float64(n/4), 55,
			"waste:category", list("underground", "fixed"),
			"storedWasteKind", ngsild.Property(kinds[n%len(kinds)]),
			"storedWasteOrigin", ngsild.Property("household"),
			"fillingLevel", measured(math.Round(vary(n, 50, 40))/100, one),
			"status", ngsild.Property("ok", "observedAt", observed),
			"serialNumber", ngsild.Property(fmt.Sprintf("HV-WC-%04d", 300+n)),
			"dateLastEmptying", ngsild.Property("2025-03-12T05:40:00Z")))
	}
	return all
}

func traffic() []object {
	var all []object
	for n := range 6 {
		direction := "forward"
		if n%2 == 1 {
			direction = "backward"
		}
		e := entity("TrafficFlowObserved", n, 0, 0,
			"name", ngsild.Property(fmt.Sprintf("Ring Road, section %d", n/2+1)),
			"dateObserved", ngsild.Property(observed),
			"laneId", ngsild.Property(1+n%2),
			"laneDirection", ngsild.Property(direction),
			"intensity", ngsild.Property(180+35*n, "observedAt", observed),
			"averageVehicleSpeed", measured(vary(n, 44, 8), kilometrePerHour),
			"congested", ngsild.Property(n == 4, "observedAt", observed))
		e["location"] = ngsild.GeoProperty(object{"type": "LineString", "coordinates": []any{
			point(n, -200, 150)["coordinates"], point(n, 180, 165)["coordinates"],
		}})
		all = append(all, e)
	}
	return all
}
