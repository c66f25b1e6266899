// What a command under test prints has the colours that its own environment asks for, not those of the test run.
delete process.env['FORCE_COLOR'];
delete process.env['NO_COLOR'];
