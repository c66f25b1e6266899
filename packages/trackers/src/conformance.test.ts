import { trackerConformance } from '@mochi/testing';
import { jsonlPlugin, jsonPlugin, openTelemetryPlugin, progressPlugin } from './index.js';

trackerConformance(jsonPlugin);
trackerConformance(jsonlPlugin);
trackerConformance(openTelemetryPlugin, { steps: true });
trackerConformance(progressPlugin);
