export { calibrateCurves } from './calibrate.ts';
export type { CalibrationCurve, CurveCalibration } from './calibrate.ts';
export { CURVE_CALIBRATION } from './calibration-table.ts';
export { intervalScore } from './conformal.ts';
export { forecastCurve, forecastPit } from './forecast-curve.ts';
export type { CurveForecast, ForecastOptions, ForecastTarget } from './forecast-curve.ts';
export type { CurvePoint } from './learning-curve.ts';
