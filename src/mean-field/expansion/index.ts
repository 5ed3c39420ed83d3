export { explicitOrders } from './explicit.ts';
export { expandFlow } from './power-series.ts';
