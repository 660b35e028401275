import { init, type EChartsOption } from 'echarts';
import type { Report } from './run';

const WIDTH = 900;
const HEIGHT = 720;
/** What a side has to do, in the order of the bars. Temporal's own work comes last. */
const PROCESSES = ['api', 'worker', 'floor-worker', 'load', 'sandbox', 'temporal', 'postgres'];

/** The figures as an SVG image: throughput, CPU time and answer times of both sides. */
export function plot(report: Report): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT });
  chart.setOption(chartOf(report));
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

function chartOf({ service, floor, settings }: Report): EChartsOption {
  const concurrencies = Object.keys(service.throughputAt);
  const highest = `${Math.max(...settings.concurrency)}`;
  const times = ['startP50', 'startP99', 'checkP50', 'checkP99'] as const;
  const [serviceCpu, floorCpu] = [service.cpuAt[highest] ?? {}, floor.cpuAt[highest] ?? {}];
  const processes = PROCESSES.filter((name) => name in serviceCpu || name in floorCpu);
  return {
    animation: false,
    backgroundColor: '#ffffff',
    title: [
      { text: 'Verifications a second (higher is better)', left: 20, top: 8, textStyle: { fontSize: 14 } },
      { text: 'Answer times, ms (lower is better)', left: 470, top: 8, textStyle: { fontSize: 14 } },
      {
        text: `CPU time of one verification, ms, ${highest} at once`,
        left: 20,
        top: 378,
        textStyle: { fontSize: 14 },
      },
    ],
    legend: [
      { data: ['service', 'floor'], right: 20, top: 344 },
      { data: processes, left: 20, bottom: 8 },
    ],
    grid: [
      { left: 60, top: 50, width: 360, height: 260 },
      { left: 510, top: 50, width: 360, height: 260 },
      { left: 80, top: 420, width: 790, height: 220 },
    ],
    xAxis: [
      { gridIndex: 0, type: 'category', data: concurrencies.map((count) => `${count} at once`) },
      { gridIndex: 1, type: 'category', data: ['start p50', 'start p99', 'check p50', 'check p99'] },
      { gridIndex: 2, type: 'value' },
    ],
    yAxis: [
      { gridIndex: 0, type: 'value' },
      { gridIndex: 1, type: 'value' },
      { gridIndex: 2, type: 'category', data: ['floor', 'service'] },
    ],
    series: [
      ...[
        { name: 'service', figures: service, color: '#1f6feb' },
        { name: 'floor', figures: floor, color: '#9aa4b2' },
      ].flatMap(({ name, figures, color }) => [
        bars(
          name,
          0,
          color,
          concurrencies.map((count) => figures.throughputAt[count] ?? 0),
        ),
        bars(
          name,
          1,
          color,
          times.map((time) => figures[time]),
        ),
      ]),
      ...processes.map((name) => ({
        ...bars(name, 2, undefined, [floorCpu[name] ?? 0, serviceCpu[name] ?? 0]),
        stack: 'cpu',
        label: { show: false },
      })),
    ],
  };
}

function bars(name: string, axis: number, color: string | undefined, data: number[]) {
  return {
    type: 'bar' as const,
    name,
    xAxisIndex: axis,
    yAxisIndex: axis,
    data,
    label: { show: true, position: 'top' as const, fontSize: 10 },
    ...(color !== undefined && { itemStyle: { color } }),
  };
}
