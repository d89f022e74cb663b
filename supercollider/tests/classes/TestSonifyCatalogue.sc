TestSonifyCatalogue : SonifyTest {
	// Writes a catalogue with one instrument, reads it, and gives what it complains about. Not to be used inside of an
	// expression: what sclang has on its stack there is lost when an error is caught.
	complaintOf { |text|
		var path = PathName.tmp +/+ "catalogue-%.yaml".format(UniqueID.next);
		var complaint;
		File.use(path, "w", { |file| file.write("instruments:\n  x:\n%".format(text)) });
		try { this.load("catalogue").(path) } { |error| complaint = error.errorString };
		File.delete(path);
		^complaint ? ""
	}

	test_it_has_the_instruments {
		var all = this.instruments;
		[\alert_critical, \alert_warning, \alert_info, \resolved, \stale, \flood, \heartbeat, \fault, \lost,
			\cpu, \memory, \network, \disk, \temperature, \ambient, \signature].do { |name|
			this.assert(all.includesKey(name), "% is in the catalogue".format(name));
		};
	}

	test_parameters_keep_their_order {
		this.assertEquals(
			this.instruments[\alert_critical][\parameters].collect(_[\name]),
			[\freq, \vol, \dur], "in the order in which they travel");
	}

	test_numbers_are_numbers {
		var freq = this.instruments[\cpu][\parameters][0];
		this.assertEquals([freq[\low], freq[\high], freq[\default]], [220.0, 880.0, 440.0], "range and default");
	}

	test_names_are_the_controls_of_the_synthdefs {
		var defs = IdentityDictionary.new;
		this.load("synthdefs").(home).do { |def| defs[def.name.asSymbol] = def.allControlNames.collect(_.name) };
		this.instruments.do { |instrument|
			var controls = defs[instrument[\name]];
			this.assert(instrument[\parameters].every { |parameter| controls.includes(parameter[\name]) },
				"% has its parameters as controls".format(instrument[\name]));
			this.assertEquals(controls.includes(\gate), instrument[\kind] == \held,
				"% has a gate only if it is held".format(instrument[\name]));
		};
	}

	test_a_wrong_kind_is_named {
		var said = this.complaintOf("    address: /x\n    kind: loud\n    priority: info\n");
		this.assert(said.contains("x kind must be"), "the complaint says which instrument and what");
	}

	test_a_wrong_range_is_named {
		var said = this.complaintOf("    address: /x\n    kind: held\n    priority: info\n    parameters:\n"
			"      - name: vol\n        range: [0, loud]\n        default: 0\n");
		this.assert(said.contains("range must be"), "the complaint says what");
	}
}
