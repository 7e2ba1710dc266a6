"use strict";
// The model, run as the program runs it: rows are numbers from 0 to 1, weights are inputs × outputs.

const data = JSON.parse(document.getElementById("data").textContent);
const model = data.model;
const { width, height, channels } = model;
const bytes = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
const weights = new Float32Array(bytes(model.weights).buffer);
const element = id => document.getElementById(id);

const sigmoid = z => 1 / (1 + Math.exp(-z));
// Φ by its continued error function (Abramowitz & Stegun 7.1.26: within 1.5e-7).
function normalCdf(z) {
  const x = Math.abs(z) / Math.SQRT2, t = 1 / (1 + 0.3275911 * x);
  const series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  const erf = 1 - series * Math.exp(-x * x);
  return 0.5 * (1 + (z < 0 ? -erf : erf));
}
const ACTIVATIONS = {
  linear: () => z => z,
  relu: () => z => Math.max(z, 0),
  "leaky-relu": ({ slope }) => z => (z > 0 ? z : slope * z),
  elu: ({ alpha }) => z => (z > 0 ? z : alpha * Math.expm1(z)),
  gelu: () => z => z * normalCdf(z),
  silu: () => z => z * sigmoid(z),
  sigmoid: () => sigmoid,
  softplus: () => z => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))),
  tanh: () => Math.tanh,
};
// "leaky-relu:slope=0.01"
function activation(text) {
  const [name, rest = ""] = text.split(":");
  const parameters = {};
  for (const part of rest.split(",").filter(Boolean)) {
    const [key, value] = part.split("=");
    parameters[key] = Number(value);
  }
  return ACTIVATIONS[name](parameters);
}

function run(layer, row) {
  switch (layer.kind) {
    case "dense": {
      const { inputs, outputs, at } = layer, f = activation(layer.activation);
      const sums = Float64Array.from(weights.subarray(at + inputs * outputs, at + inputs * outputs + outputs));
      for (let i = 0; i < inputs; i++) {
        if (row[i] === 0) continue;
        const start = at + i * outputs;
        for (let j = 0; j < outputs; j++) sums[j] += row[i] * weights[start + j];
      }
      return sums.map(f);
    }
    case "activate": return row.map(activation(layer.activation));
    case "first": return row.slice(0, layer.count);
    case "largest": {
      // The first of equals, and nothing below 0.
      const order = [...row.keys()].sort((a, b) => row[b] - row[a] || a - b);
      const kept = new Set(order.slice(0, layer.count));
      return row.map((number, at) => (kept.has(at) ? Math.max(number, 0) : 0));
    }
    default: return row;
  }
}
const through = (layers, row) => layers.reduce((row, layer) => run(layer, row), row);
const encode = row => through(model.layers.slice(0, model.encoder), row);
const decode = code => through(model.layers.slice(model.encoder), code).map(activation(model.output));

function paint(canvas, row) {
  canvas.width = width;
  canvas.height = height;
  const image = new ImageData(width, height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let colour = 0; colour < 3; colour++) {
      const value = row[pixel * channels + Math.min(colour, channels - 1)];
      image.data[4 * pixel + colour] = Math.round(255 * Math.min(Math.max(value, 0), 1));
    }
    image.data[4 * pixel + 3] = 255;
  }
  canvas.getContext("2d", { willReadFrequently: true }).putImageData(image, 0, 0);
}

// What is shown: the image that was drawn or chosen, if the code is its, and the code.
const latent = data.codes[0].length;
const mean = Float64Array.from({ length: latent }, (_, i) => data.codes.reduce((sum, code) => sum + code[i], 0) / data.codes.length);
let code = Float64Array.from(mean);
let seen = new Float64Array(width * height * channels);

function show(isOfSeen) {
  const made = decode(code);
  paint(element("made"), made);
  paint(element("seen"), seen);
  let squares = 0;
  for (let i = 0; i < made.length; i++) squares += (made[i] - seen[i]) ** 2;
  element("error").textContent = isOfSeen
    ? `rebuilt from ${latent} numbers: mean squared error ${(squares / made.length).toPrecision(3)}`
    : "what the decoder makes of the code";
  for (const slider of sliders) {
    slider.input.value = code[slider.number];
    slider.output.textContent = code[slider.number].toFixed(2);
  }
  drawMap();
}
function look(row) {
  seen = row;
  code = encode(row);
  show(true);
}

// A slider for each number, the liveliest first.
const SLIDERS = 32;
const variance = i => data.codes.reduce((sum, code) => sum + (code[i] - mean[i]) ** 2, 0);
const liveliest = Array.from({ length: latent }, (_, i) => i).sort((a, b) => variance(b) - variance(a)).slice(0, SLIDERS);
const sliders = liveliest.sort((a, b) => a - b).map(number => {
  const values = data.codes.map(code => code[number]);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = 0.25 * (high - low) || 1;
  const label = document.createElement("label");
  const input = document.createElement("input");
  const output = document.createElement("output");
  Object.assign(input, { type: "range", min: low - room, max: high + room, step: "any", id: `number-${number}` });
  input.addEventListener("input", () => {
    code[number] = Number(input.value);
    show(false);
  });
  label.append(String(number), input, output);
  element("sliders").append(label);
  return { number, input, output };
});

// The two directions in which codes vary most, by the power method.
function direction(others) {
  let axis = Float64Array.from({ length: latent }, (_, i) => 1 / (1 + i));
  for (let step = 0; step < 100; step++) {
    const next = new Float64Array(latent);
    for (const code of data.codes) {
      let along = 0;
      for (let i = 0; i < latent; i++) along += (code[i] - mean[i]) * axis[i];
      for (let i = 0; i < latent; i++) next[i] += along * (code[i] - mean[i]);
    }
    for (const other of others) {
      const along = dot(next, other);
      for (let i = 0; i < latent; i++) next[i] -= along * other[i];
    }
    const length = Math.sqrt(dot(next, next));
    if (!(length > 0)) return axis.fill(0);
    axis = next.map(number => number / length);
  }
  return axis;
}
const dot = (a, b) => a.reduce((sum, number, i) => sum + number * b[i], 0);
const first = direction([]);
const axes = [first, direction([first])];
const place = code => axes.map(axis => dot(axis, Float64Array.from(code, (number, i) => number - mean[i])));
const dots = data.codes.map(place);
const reach = Math.max(...dots.flat().map(Math.abs), 1e-9) * 1.1;
const MAP = 400;
const COLOURS = ["#4e79a7", "#f28e2b", "#e15759", "#76b7b2", "#59a14f", "#c9a800", "#b07aa1", "#ff7f9a", "#9c755f", "#8a8a8a"];

function drawMap() {
  const canvas = element("map");
  canvas.width = canvas.height = MAP;
  const context = canvas.getContext("2d");
  const at = ([x, y]) => [(0.5 + 0.5 * x / reach) * MAP, (0.5 - 0.5 * y / reach) * MAP];
  dots.forEach((dot, row) => {
    const [x, y] = at(dot);
    context.fillStyle = COLOURS[(data.classes ? data.classes[row] : 0) % COLOURS.length];
    context.beginPath();
    context.arc(x, y, 4, 0, 7);
    context.fill();
  });
  const [x, y] = at(place(code));
  context.strokeStyle = getComputedStyle(document.body).color;
  context.lineWidth = 3;
  context.beginPath();
  context.arc(x, y, 9, 0, 7);
  context.stroke();
}

// A pointer that is held down on a canvas, as shares of its sides.
function held(canvas, act) {
  const tell = event => {
    const box = canvas.getBoundingClientRect();
    act((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  };
  canvas.addEventListener("pointerdown", event => {
    // A pointer made up by a script can't be captured.
    if (event.isTrusted) canvas.setPointerCapture(event.pointerId);
    tell(event);
  });
  canvas.addEventListener("pointermove", event => event.buttons && tell(event));
}
held(element("map"), (x, y) => {
  const to = [(2 * x - 1) * reach, (1 - 2 * y) * reach];
  const from = place(code);
  axes.forEach((axis, which) => {
    for (let i = 0; i < latent; i++) code[i] += (to[which] - from[which]) * axis[i];
  });
  show(false);
});
// A soft pen as broad as a digit's stroke.
held(element("seen"), (x, y) => {
  const row = Float64Array.from(seen), pen = 0.045 * Math.max(width, height);
  for (let line = 0; line < height; line++) {
    for (let column = 0; column < width; column++) {
      const distance = Math.hypot(column + 0.5 - x * width, line + 0.5 - y * height);
      const ink = Math.min(Math.max(1.5 - distance / pen, 0), 1);
      for (let channel = 0; channel < channels; channel++) {
        const place = (line * width + column) * channels + channel;
        row[place] = Math.max(row[place], ink);
      }
    }
  }
  look(row);
});
element("clear").addEventListener("click", () => look(new Float64Array(seen.length)));
element("mean").addEventListener("click", () => {
  code = Float64Array.from(mean);
  show(false);
});

let walking = 0;
element("walk").addEventListener("click", () => {
  const from = Float64Array.from(code), to = data.codes[(walking += 37) % data.codes.length];
  const turn = walking, start = performance.now();
  const step = now => {
    const share = Math.min((now - start) / 1500, 1);
    if (turn !== walking) return;
    code = from.map((number, i) => number + share * (to[i] - number));
    show(false);
    if (share < 1) requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
});

// An image that is dropped becomes as large as the model's rows.
addEventListener("dragover", event => event.preventDefault());
addEventListener("drop", async event => {
  event.preventDefault();
  const file = event.dataTransfer.files[0];
  if (!file) return;
  const image = await createImageBitmap(file).catch(() => null);
  if (!image) return;
  const canvas = new OffscreenCanvas(width, height), context = canvas.getContext("2d");
  context.drawImage(image, 0, 0, width, height);
  const pixels = context.getImageData(0, 0, width, height).data;
  look(Float64Array.from({ length: width * height * channels }, (_, place) => {
    const [red, green, blue] = pixels.subarray(4 * Math.floor(place / channels));
    return channels === 1 ? (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255 : [red, green, blue][place % channels] / 255;
  }));
});

for (const { row, pixels } of data.shown) {
  const image = Float64Array.from(bytes(pixels), byte => byte / 255);
  const button = document.createElement("button"), canvas = document.createElement("canvas");
  button.type = "button";
  const name = data.classes ? data.names[data.classes[row]] : "";
  button.setAttribute("aria-label", `row ${name}`);
  paint(canvas, image);
  button.append(canvas);
  button.addEventListener("click", () => look(image));
  element("shown").append(button);
}
element("shown").querySelector("button").click();
