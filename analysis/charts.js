// charts.js - the charts that zoom: dygraphs over the tables embedded in the page (charts.awk).
//
// All share one scale of time, that of the pictures: every bin is 1 long. Zooming in one selects that time for
// the whole page (page.js); a selection elsewhere zooms all.
"use strict"
{
const {all, make, csv, place, time, edges, select, chosen, phases} = pagoda
const bins = edges.length - 1
const colour = name => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim()
const layerColour = name => name == "free" ? colour("line") : name.startsWith("old-") ? colour(name.slice(4)) + "88" : colour(name)
const short = n => {
	const unit = Math.min(Math.floor(Math.log10(Math.max(Math.abs(n), 1)) / 3 + 1e-9), 4)
	return +(n / 1000 ** unit).toPrecision(3) + ["", "k", "M", "G", "T"][unit]
}
const million = (at, digits) => (time(at) / 1e6).toLocaleString("en", {maximumFractionDigits: digits})

// Labels of the axis of time: as many as there is room for, at places of the scale.
const ticker = (from, to, pixels) => {
	const count = Math.max(Math.floor(pixels / 90), 2), span = time(to) - time(from)
	const digits = Math.max(0, Math.min(3, 2 - Math.floor(Math.log10(span / 1e6 / count))))
	return Array.from({length: count}, (_, i) => from + (to - from) * (i + 0.5) / count)
		.map(v => ({v, label: million(v, digits)}))
}
// The beginnings of phases, dotted, each with its name where there is room for it.
const underlay = (canvas, area, chart) => {
	canvas.save()
	canvas.strokeStyle = canvas.fillStyle = colour("soft")
	canvas.font = "11px system-ui, sans-serif"
	canvas.setLineDash([1, 3])
	let free = area.x
	for (const phase of phases) {
		const x = Math.round(chart.toDomXCoord(place(+phase.from))) + 0.5
		const end = chart.toDomXCoord(place(+phase.to))
		if (end < area.x || x > area.x + area.w || end - x < 2)
			continue
		canvas.beginPath()
		canvas.moveTo(x, area.y)
		canvas.lineTo(x, area.y + area.h)
		canvas.stroke()
		const left = Math.max(x, area.x) + 3, width = canvas.measureText(phase.label).width
		if (left >= free && left + width < Math.min(end, area.x + area.w)) {
			canvas.fillText(phase.label, left, area.y + 11)
			free = left + width + 4
		}
	}
	canvas.restore()
}

const charts = []
let zooming = false
const zoomed = (from, to) => {
	const whole = from <= 0.5 && to >= bins - 0.5
	zooming = true
	select(whole ? {from: "", to: ""} : {from: Math.round(time(from)), to: Math.round(time(to))})
	zooming = false
}

const draw = place_of => {
	const {title, unit, names, colours, stacked} = place_of.dataset
	const id = place_of.id.replace("chart-", "data-")
	const rows = document.getElementById(id).textContent.trim().split("\n").map(line => line.split(",").map(Number))
	if (!rows[0] || rows[0].length < 2)
		return
	rows.push([bins, ...rows[rows.length - 1].slice(1)])
	const log = make("input", {type: "checkbox"})
	const legend = make("div", {className: "legend"})
	const canvas = make("div", {className: "canvas"})
	const head = make("div", {className: "chart-head"}, make("b", {textContent: `${title} (${unit})`}),
		make("label", {}, log, " logarithmic"))
	place_of.append(head, legend, canvas)
	canvas.setAttribute("role", "img")
	canvas.setAttribute("aria-label", title + " over time")
	const layers = colours.split(" ")
	const names_of = names.split(";")
	// What is stacked lies in the order of the legend from the bottom up; dygraphs stacks the last one first.
	const order = stacked == "1" ? names_of.map((_, i) => names_of.length - 1 - i) : names_of.map((_, i) => i)
	const chart = new Dygraph(canvas, rows.map(row => [row[0], ...order.map(i => row[i + 1])]), {
		labels: ["time", ...order.map(i => names_of[i])],
		colors: order.map(i => layerColour(layers[i])),
		stackedGraph: stacked == "1", fillGraph: stacked == "1", fillAlpha: 0.85, stepPlot: true, strokeWidth: stacked == "1" ? 0.5 : 1.5,
		labelsDiv: legend, legend: "always", dateWindow: [0, bins], includeZero: true, animatedZooms: false,
		legendFormatter: data => legendText(data, order, names_of, layers, unit),
		xlabel: "million instructions since power-on", xLabelHeight: 18,
		gridLineColor: colour("grid"), axisLineColor: colour("line"), axisLabelFontSize: 12, highlightCircleSize: 0,
		axes: {x: {ticker, drawGrid: false, pixelsPerLabel: 90}, y: {axisLabelFormatter: short, axisLabelWidth: 46, valueFormatter: short}},
		underlayCallback: underlay, zoomCallback: zoomed,
	})
	log.onchange = () => chart.updateOptions({logscale: log.checked, stackedGraph: stacked == "1" && !log.checked,
		fillGraph: stacked == "1" && !log.checked, strokeWidth: stacked == "1" && !log.checked ? 0.5 : 1.5})
	if (place_of.dataset.log == "1")
		log.click()
	charts.push({chart, layers, order})
	place_of.chart = chart
	place_of.dataset.points = rows.length
}
const legendText = (data, order, names, layers, unit) => {
	const at = data.x === undefined ? -1 : data.x
	const words = names.map((name, i) => {
		const series = data.series.find(s => s.label == name)
		const text = at >= 0 && series && series.yHTML !== undefined ? ` <b>${series.yHTML}</b>` : ""
		return `<span><i class="dot" style="background:${layerColour(layers[i])}"></i>${name}${text}</span>`
	})
	return words.join(" ") + (at < 0 ? "" : ` <span>${million(at, 3)}&ndash;${million(at + 1, 3)} million instructions</span>`)
}

document.documentElement.classList.add("zoom") // before drawing: the charts must have a width
all(".chart[data-names]").forEach(draw)
document.addEventListener("selection", ({detail}) => {
	const from = detail.from === "" ? 0 : place(detail.from), to = detail.to === "" ? bins : place(detail.to)
	for (const {chart} of charts)
		chart.updateOptions({dateWindow: [from, Math.max(to, from + 0.01)], ...(zooming ? {} : {valueRange: null})})
})
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
	for (const {chart, layers, order} of charts)
		chart.updateOptions({colors: order.map(i => layerColour(layers[i])), gridLineColor: colour("grid"), axisLineColor: colour("line")})
})
}
