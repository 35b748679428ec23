import type { ActiveElement, Chart as Drawing } from 'chart.js';

/** Which keys go how far through the values of a chart. */
const steps: Readonly<Record<string, number>> = {
  ArrowRight: 1,
  ArrowDown: 1,
  ArrowLeft: -1,
  ArrowUp: -1,
  Home: -Infinity,
  End: Infinity,
};

/** Lets the arrow keys go from value to value, as the mouse does; what is there is shown, and said by a screen reader. */
export function addKeys(canvas: HTMLCanvasElement, said: HTMLElement, drawingOf: () => Drawing): void {
  let index = -1;
  canvas.addEventListener('keydown', (event) => {
    const drawing = drawingOf();
    if (event.key === 'Escape') {
      index = -1;
      show(drawing, []);
      return;
    }
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const last = Math.max(0, ...drawing.data.datasets.map(({ data }) => data.length - 1));
    index = Math.min(last, Math.max(0, index + step));
    show(drawing, at(drawing, index));
    said.textContent = textOf(drawing);
  });
  canvas.addEventListener('blur', () => show(drawingOf(), []));
}

function at(drawing: Drawing, index: number): { datasetIndex: number; index: number }[] {
  return drawing.data.datasets.flatMap(({ data }, datasetIndex) =>
    index < data.length && drawing.isDatasetVisible(datasetIndex) ? [{ datasetIndex, index }] : [],
  );
}

function show(drawing: Drawing, elements: { datasetIndex: number; index: number }[]): void {
  const [first] = elements;
  const place: Pick<ActiveElement['element'], 'x' | 'y'> | undefined =
    first && drawing.getDatasetMeta(first.datasetIndex).data[first.index];
  drawing.setActiveElements(elements);
  drawing.tooltip?.setActiveElements(elements, { x: place?.x ?? 0, y: place?.y ?? 0 });
  drawing.update('none');
}

function textOf({ tooltip }: Drawing): string {
  const lines = [...(tooltip?.title ?? []), ...(tooltip?.body ?? []).flatMap(({ lines: own }) => own)];
  return lines.join(', ');
}
